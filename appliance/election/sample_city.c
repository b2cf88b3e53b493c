/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/election/sample_city.h"

const struct name sample_election_title = {
	"انتخابات شورای شهر سبزدشت",
	"Election of the City Council of Sabzdasht",
};

const struct name sample_contest_title = {
	"شورای شهر سبزدشت",
	"City Council of Sabzdasht",
};

const struct name sample_given_name[SAMPLE_GIVEN_NAMES] = {
	{ "مریم", "Maryam" },
	{ "رضا", "Reza" },
	{ "زهرا", "Zahra" },
	{ "حسین", "Hossein" },
	{ "نرگس", "Narges" },
	{ "امیر", "Amir" },
	{ "پروین", "Parvin" },
	{ "بهرام", "Bahram" },
	{ "شیرین", "Shirin" },
	{ "کاوه", "Kaveh" },
	{ "لیلا", "Leila" },
	{ "آرش", "Arash" },
	{ "مهناز", "Mahnaz" },
	{ "سعید", "Saeed" },
	{ "ناهید", "Nahid" },
	{ "یوسف", "Yousef" },
	{ "سمیرا", "Samira" },
	{ "منصور", "Mansour" },
	{ "الهام", "Elham" },
	{ "داوود", "Davoud" },
};

const struct name sample_family_name[SAMPLE_FAMILY_NAMES] = {
	{ "کریمی", "Karimi" },
	{ "احمدی", "Ahmadi" },
	{ "موسوی", "Mousavi" },
	{ "رستمی", "Rostami" },
	{ "جعفری", "Jafari" },
	{ "صادقی", "Sadeghi" },
	{ "بهرامی", "Bahrami" },
	{ "نوری", "Nouri" },
	{ "شریفی", "Sharifi" },
	{ "کاظمی", "Kazemi" },
	{ "باقری", "Bagheri" },
	{ "یزدانی", "Yazdani" },
	{ "فرهادی", "Farhadi" },
	{ "گلستانی", "Golestani" },
	{ "طاهری", "Taheri" },
	{ "مرادی", "Moradi" },
	{ "حیدری", "Heydari" },
	{ "قاسمی", "Ghasemi" },
	{ "اکبری", "Akbari" },
	{ "سلیمانی", "Soleimani" },
	{ "نجفی", "Najafi" },
	{ "رحیمی", "Rahimi" },
	{ "عباسی", "Abbasi" },
	{ "میرزایی", "Mirzaei" },
	{ "زارعی", "Zarei" },
	{ "ابراهیمی", "Ebrahimi" },
	{ "خسروی", "Khosravi" },
	{ "دهقانی", "Dehghani" },
	{ "پاکدل", "Pakdel" },
	{ "بختیاری", "Bakhtiari" },
};

const struct name sample_station_name[SAMPLE_STATIONS] = {
	{ "دبستان نور", "Nour Primary School" },
	{ "دبیرستان دانش", "Danesh High School" },
	{ "مسجد جامع", "Central Mosque" },
	{ "کتابخانه فردوسی", "Ferdowsi Library" },
	{ "فرهنگسرای بهار", "Bahar Cultural Centre" },
	{ "دبستان امید", "Omid Primary School" },
	{ "ورزشگاه آزادگان", "Azadegan Sports Hall" },
	{ "دبیرستان خیام", "Khayyam High School" },
	{ "مسجد صاحب‌الزمان", "Saheb ol-Zaman Mosque" },
	{ "درمانگاه سلامت", "Salamat Clinic" },
	{ "دانشگاه پیام", "Payam University" },
	{ "سرای محله باغ", "Bagh Neighbourhood House" },
};
