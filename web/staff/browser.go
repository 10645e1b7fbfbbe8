package staff

import "strings"

// browser is the browser and the system in a few words, as far as its own
// description can be believed.
func browser(agent string) string {
	name, system := "A browser", ""
	for _, b := range []struct{ sign, name string }{
		{"Edg", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}, {"curl/", "curl"}, {"Go-http-client", "A program"},
	} {
		if strings.Contains(agent, b.sign) {
			name = b.name
			break
		}
	}
	for _, s := range []struct{ sign, name string }{
		{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"},
	} {
		if strings.Contains(agent, s.sign) {
			system = " on " + s.name
			break
		}
	}
	return name + system
}
