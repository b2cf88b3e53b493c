/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The calls of libc, OpenSSL and what stands beside them on the path from a
 * sealed box to a result, each replaced by one that may fail (--wrap: the
 * Makefile reads the names here).
 *
 *	FAULT(name, end, result when it fails, errno, type,
 *		(parameters), (arguments))
 *
 * and FAULT_BY_HAND without the last three, for those that faults.c writes.
 * `end` says what becomes of a count in which the call always fails: it ENDS
 * without result, or GOES_ON to the right one. On a desk, namespaces, bounds
 * and identity are reported when they cannot be had (sandbox.h).
 *
 * Included by who defines FAULT.
 */

/* Memory */
FAULT_BY_HAND(malloc, ENDS, NULL, ENOMEM)
FAULT_BY_HAND(calloc, ENDS, NULL, ENOMEM)
FAULT_BY_HAND(reallocarray, ENDS, NULL, ENOMEM)
FAULT_BY_HAND(mmap, ENDS, MAP_FAILED, ENOMEM)
FAULT_BY_HAND(munmap, GOES_ON, -1, ENOMEM)
FAULT_BY_HAND(libcrypto_memory, ENDS, NULL, ENOMEM)

/* Descriptors */
FAULT(memfd_create, ENDS, -1, EMFILE, int, (const char *name, unsigned flags),
	(name, flags))
FAULT(write, ENDS, -1, EIO, ssize_t, (int file, const void *data, size_t size),
	(file, data, size))
FAULT(pipe2, ENDS, -1, EMFILE, int, (int *ends, int flags), (ends, flags))
FAULT(read, ENDS, -1, EIO, ssize_t, (int file, void *data, size_t size),
	(file, data, size))
FAULT(fstat, ENDS, -1, EIO, int, (int file, struct stat *out), (file, out))
FAULT_BY_HAND(close, ENDS, -1, EIO)
FAULT(close_range, ENDS, -1, ENOMEM, int,
	(unsigned first, unsigned last, int flags), (first, last, flags))
FAULT(dup2, ENDS, -1, EBUSY, int, (int old, int new), (old, new))
FAULT_BY_HAND(fcntl, ENDS, -1, EMFILE)
FAULT_BY_HAND(open, ENDS, -1, EMFILE)

/* Talk */
FAULT(socketpair, ENDS, -1, EMFILE, int,
	(int domain, int type, int protocol, int *pair),
	(domain, type, protocol, pair))
FAULT(getsockopt, ENDS, -1, ENOBUFS, int,
	(int socket, int level, int option, void *value, socklen_t *size),
	(socket, level, option, value, size))
FAULT(poll, ENDS, -1, ENOMEM, int,
	(struct pollfd * wait, nfds_t count, int milliseconds),
	(wait, count, milliseconds))
FAULT(recvmsg, ENDS, -1, ENOMEM, ssize_t,
	(int socket, struct msghdr *message, int flags),
	(socket, message, flags))
FAULT(sendmsg, ENDS, -1, ENOBUFS, ssize_t,
	(int socket, const struct msghdr *message, int flags),
	(socket, message, flags))

/* Processes */
FAULT_BY_HAND(fork, ENDS, -1, EAGAIN)
FAULT_BY_HAND(execve, ENDS, -1, ENOMEM)
FAULT(pidfd_open, ENDS, -1, EMFILE, int, (pid_t pid, unsigned flags),
	(pid, flags))
FAULT(pidfd_send_signal, GOES_ON, -1, EPERM, int,
	(int pidfd, int signal, siginfo_t *info, unsigned flags),
	(pidfd, signal, info, flags))
FAULT(waitid, GOES_ON, -1, ECHILD, int,
	(idtype_t type, id_t id, siginfo_t *info, int options),
	(type, id, info, options))

/* The sandbox */
FAULT_BY_HAND(prctl, ENDS, -1, EINVAL)
FAULT_BY_HAND(syscall, ENDS, -1, ENOSYS)
FAULT(unshare, GOES_ON, -1, EPERM, int, (int namespaces), (namespaces))
FAULT(getrlimit, ENDS, -1, EPERM, int,
	(__rlimit_resource_t what, struct rlimit *out), (what, out))
FAULT(setrlimit, ENDS, -1, EPERM, int,
	(__rlimit_resource_t what, const struct rlimit *limit), (what, limit))
FAULT(setgroups, GOES_ON, -1, EPERM, int, (size_t count, const gid_t *group),
	(count, group))
FAULT(setresgid, GOES_ON, -1, EPERM, int, (gid_t a, gid_t b, gid_t c),
	(a, b, c))
FAULT(setresuid, GOES_ON, -1, EPERM, int, (uid_t a, uid_t b, uid_t c),
	(a, b, c))
FAULT(cap_init, ENDS, NULL, ENOMEM, cap_t, (void), ())
FAULT(cap_free, ENDS, -1, EINVAL, int, (void *data), (data))
FAULT(cap_set_proc, ENDS, -1, EPERM, int, (cap_t caps), (caps))
FAULT(cap_reset_ambient, ENDS, -1, EPERM, int, (void), ())
FAULT(cap_drop_bound, GOES_ON, -1, EPERM, int, (cap_value_t which), (which))
FAULT(cap_set_secbits, GOES_ON, -1, EPERM, int, (unsigned bits), (bits))
FAULT(seccomp_init, ENDS, NULL, ENOMEM, scmp_filter_ctx, (uint32_t action),
	(action))
FAULT(seccomp_attr_set, ENDS, -ENOMEM, ENOMEM, int,
	(scmp_filter_ctx filter, enum scmp_filter_attr which, uint32_t value),
	(filter, which, value))
FAULT(seccomp_rule_add_exact_array, ENDS, -ENOMEM, ENOMEM, int,
	(scmp_filter_ctx filter, uint32_t action, int number, unsigned count,
		const struct scmp_arg_cmp *argument),
	(filter, action, number, count, argument))
FAULT(seccomp_syscall_priority, ENDS, -ENOMEM, ENOMEM, int,
	(scmp_filter_ctx filter, int number, uint8_t priority),
	(filter, number, priority))
FAULT(seccomp_export_bpf, ENDS, -ENOMEM, ENOMEM, int,
	(const scmp_filter_ctx filter, int file), (filter, file))

/* Hashes and ciphers */
FAULT(OPENSSL_init_crypto, ENDS, 0, 0, int,
	(uint64_t what, const OPENSSL_INIT_SETTINGS *how), (what, how))
FAULT(RAND_bytes, ENDS, -1, 0, int, (unsigned char *out, int size), (out, size))
FAULT(EVP_MD_CTX_new, ENDS, NULL, 0, EVP_MD_CTX *, (void), ())
FAULT(EVP_DigestInit_ex, ENDS, 0, 0, int,
	(EVP_MD_CTX * context, const EVP_MD *type, ENGINE *engine),
	(context, type, engine))
FAULT(EVP_DigestUpdate, ENDS, 0, 0, int,
	(EVP_MD_CTX * context, const void *data, size_t size),
	(context, data, size))
FAULT(EVP_DigestFinal_ex, ENDS, 0, 0, int,
	(EVP_MD_CTX * context, unsigned char *out, unsigned *size),
	(context, out, size))
FAULT(EVP_MD_fetch, ENDS, NULL, 0, EVP_MD *,
	(OSSL_LIB_CTX * library, const char *name, const char *properties),
	(library, name, properties))
FAULT(EVP_CIPHER_fetch, ENDS, NULL, 0, EVP_CIPHER *,
	(OSSL_LIB_CTX * library, const char *name, const char *properties),
	(library, name, properties))
FAULT(EVP_MAC_fetch, ENDS, NULL, 0, EVP_MAC *,
	(OSSL_LIB_CTX * library, const char *name, const char *properties),
	(library, name, properties))
FAULT(EVP_MAC_CTX_new, ENDS, NULL, 0, EVP_MAC_CTX *, (EVP_MAC * mac), (mac))
FAULT(EVP_MAC_init, ENDS, 0, 0, int,
	(EVP_MAC_CTX * context, const unsigned char *key, size_t size,
		const OSSL_PARAM *parameter),
	(context, key, size, parameter))
FAULT(EVP_MAC_update, ENDS, 0, 0, int,
	(EVP_MAC_CTX * context, const unsigned char *data, size_t size),
	(context, data, size))
FAULT(EVP_MAC_final, ENDS, 0, 0, int,
	(EVP_MAC_CTX * context, unsigned char *out, size_t *size, size_t most),
	(context, out, size, most))
FAULT(EVP_KDF_fetch, ENDS, NULL, 0, EVP_KDF *,
	(OSSL_LIB_CTX * library, const char *name, const char *properties),
	(library, name, properties))
FAULT(EVP_KDF_CTX_new, ENDS, NULL, 0, EVP_KDF_CTX *, (EVP_KDF * kdf), (kdf))
FAULT(EVP_KDF_derive, ENDS, 0, 0, int,
	(EVP_KDF_CTX * context, unsigned char *out, size_t size,
		const OSSL_PARAM *parameter),
	(context, out, size, parameter))
FAULT(EVP_CIPHER_CTX_new, ENDS, NULL, 0, EVP_CIPHER_CTX *, (void), ())
FAULT(EVP_CipherInit_ex, ENDS, 0, 0, int,
	(EVP_CIPHER_CTX * context, const EVP_CIPHER *type, ENGINE *engine,
		const unsigned char *key, const unsigned char *nonce, int seal),
	(context, type, engine, key, nonce, seal))
FAULT(EVP_CipherUpdate, ENDS, 0, 0, int,
	(EVP_CIPHER_CTX * context, unsigned char *out, int *written,
		const unsigned char *in, int size),
	(context, out, written, in, size))
FAULT(EVP_CipherFinal_ex, ENDS, 0, 0, int,
	(EVP_CIPHER_CTX * context, unsigned char *out, int *written),
	(context, out, written))
FAULT(EVP_CIPHER_CTX_ctrl, ENDS, 0, 0, int,
	(EVP_CIPHER_CTX * context, int what, int size, void *data),
	(context, what, size, data))

/* Curves */
FAULT(EC_GROUP_new_by_curve_name, ENDS, NULL, 0, EC_GROUP *, (int name), (name))
FAULT(EC_POINT_new, ENDS, NULL, 0, EC_POINT *, (const EC_GROUP *group), (group))
FAULT(EC_POINT_oct2point, ENDS, 0, 0, int,
	(const EC_GROUP *group, EC_POINT *point, const unsigned char *data,
		size_t size, BN_CTX *context),
	(group, point, data, size, context))
FAULT(EC_POINT_point2oct, ENDS, 0, 0, size_t,
	(const EC_GROUP *group, const EC_POINT *point,
		point_conversion_form_t form, unsigned char *out, size_t size,
		BN_CTX *context),
	(group, point, form, out, size, context))
FAULT(OSSL_PARAM_BLD_new, ENDS, NULL, 0, OSSL_PARAM_BLD *, (void), ())
FAULT(OSSL_PARAM_BLD_push_utf8_string, ENDS, 0, 0, int,
	(OSSL_PARAM_BLD * builder, const char *name, const char *value,
		size_t size),
	(builder, name, value, size))
FAULT(OSSL_PARAM_BLD_push_octet_string, ENDS, 0, 0, int,
	(OSSL_PARAM_BLD * builder, const char *name, const void *value,
		size_t size),
	(builder, name, value, size))
FAULT(OSSL_PARAM_BLD_to_param, ENDS, NULL, 0, OSSL_PARAM *,
	(OSSL_PARAM_BLD * builder), (builder))
FAULT(EVP_PKEY_CTX_new_from_name, ENDS, NULL, 0, EVP_PKEY_CTX *,
	(OSSL_LIB_CTX * library, const char *name, const char *properties),
	(library, name, properties))
FAULT(EVP_PKEY_CTX_new_from_pkey, ENDS, NULL, 0, EVP_PKEY_CTX *,
	(OSSL_LIB_CTX * library, EVP_PKEY *key, const char *properties),
	(library, key, properties))
FAULT(EVP_PKEY_fromdata_init, ENDS, 0, 0, int, (EVP_PKEY_CTX * context),
	(context))
FAULT(EVP_PKEY_fromdata, ENDS, 0, 0, int,
	(EVP_PKEY_CTX * context, EVP_PKEY **key, int selection,
		OSSL_PARAM *parameter),
	(context, key, selection, parameter))
FAULT(EVP_PKEY_paramgen_init, ENDS, 0, 0, int, (EVP_PKEY_CTX * context),
	(context))
FAULT(EVP_PKEY_paramgen, ENDS, 0, 0, int,
	(EVP_PKEY_CTX * context, EVP_PKEY **key), (context, key))
FAULT(EVP_PKEY_dup, ENDS, NULL, 0, EVP_PKEY *, (EVP_PKEY * key), (key))
FAULT(EVP_PKEY_set1_encoded_public_key, ENDS, 0, 0, int,
	(EVP_PKEY * key, const unsigned char *point, size_t size),
	(key, point, size))
FAULT(EVP_PKEY_verify_init, ENDS, 0, 0, int, (EVP_PKEY_CTX * context),
	(context))
/* 0 is its verdict that the signature is another one. */
FAULT(EVP_PKEY_verify, ENDS, -1, 0, int,
	(EVP_PKEY_CTX * context, const unsigned char *signature, size_t size,
		const unsigned char *digest, size_t digest_size),
	(context, signature, size, digest, digest_size))
FAULT(EVP_PKEY_derive_init, ENDS, 0, 0, int, (EVP_PKEY_CTX * context),
	(context))
FAULT(EVP_PKEY_derive_set_peer_ex, ENDS, 0, 0, int,
	(EVP_PKEY_CTX * context, EVP_PKEY *peer, int validate),
	(context, peer, validate))
FAULT(EVP_PKEY_derive, ENDS, 0, 0, int,
	(EVP_PKEY_CTX * context, unsigned char *out, size_t *size),
	(context, out, size))
