package money

import "strings"

// The currencies of ISO 4217 list one (edition of 2024-06-25, and XCG of
// 2025-03-31) by the digits of their minor unit. Metals, accounting units and
// the codes for tests and "no currency" are left out: nobody pays in them.
const (
	noDigits  = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
	twoDigits = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN " +
		"BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF " +
		"CHW CNY COP COU CRC CUC CUP CVE CZK DKK DOP DZD EGP ERN " +
		"ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG " +
		"HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP " +
		"LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK " +
		"MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP " +
		"PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE " +
		"SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD " +
		"TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW " +
		"ZWG"
	threeDigits = "BHD IQD JOD KWD LYD OMR TND"
	fourDigits  = "CLF UYW"
)

var exponents = byDigits()

func byDigits() map[Currency]int {
	all := make(map[Currency]int, 170)
	for digits, codes := range map[int]string{0: noDigits, 2: twoDigits, 3: threeDigits, 4: fourDigits} {
		for _, code := range strings.Fields(codes) {
			all[Currency(code)] = digits
		}
	}
	return all
}
