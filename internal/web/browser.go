package web

import "strings"

// browsers names what Chinese offices use, most specific first: 360, QQ and UOS
// browsers call themselves Chrome as well.
var browsers = []struct{ token, name string }{
	{"MicroMessenger", "微信"}, {"DingTalk", "钉钉"}, {"QQBrowser", "QQ 浏览器"}, {"360SE", "360 安全浏览器"}, {"360EE", "360 极速浏览器"},
	{"QIHU", "360 浏览器"}, {"UBrowser", "UC 浏览器"}, {"UOS", "统信浏览器"}, {"Edg/", "Edge"}, {"OPR/", "Opera"},
	{"Firefox/", "Firefox"}, {"HeadlessChrome", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"},
}

var systems = []struct{ token, name string }{
	{"Windows NT 6.1", "Windows 7"}, {"Windows NT 10", "Windows 10/11"}, {"Windows", "Windows"}, {"Android", "安卓手机"},
	{"iPhone", "苹果手机"}, {"iPad", "苹果平板"}, {"Mac OS X", "苹果电脑"}, {"Kylin", "银河麒麟"}, {"UOS", "统信 UOS"}, {"Linux", "Linux"},
}

// browser says in a few words what a user-agent text claims to be, so that a
// person can recognise his own computer in the list of sessions.
func browser(agent string) string {
	name, system := "其他程序", ""
	for _, b := range browsers {
		if strings.Contains(agent, b.token) {
			name = b.name
			break
		}
	}
	for _, s := range systems {
		if strings.Contains(agent, s.token) {
			system = " · " + s.name
			break
		}
	}
	return name + system
}
