package uscc

// departments are the registering departments of GB 32100-2015 table 2 with
// the additions of later notices; kinds are the bodies each of them registers.
// The tables name a code for people, they never refuse one.
var departments = []struct {
	code  byte
	name  string
	kinds map[byte]string
}{
	{'1', "机构编制", map[byte]string{'1': "机关", '2': "事业单位", '3': "中央编办直接管理机构编制的群众团体", '9': "其他"}},
	{'2', "外交", map[byte]string{'1': "外国常驻新闻机构", '9': "其他"}},
	{'3', "司法行政", map[byte]string{'1': "律师执业机构", '2': "公证处", '3': "基层法律服务所", '4': "司法鉴定机构", '5': "仲裁委员会", '9': "其他"}},
	{'4', "文化", map[byte]string{'1': "外国在华文化中心", '9': "其他"}},
	{'5', "民政", map[byte]string{'1': "社会团体", '2': "民办非企业单位", '3': "基金会", '9': "其他"}},
	{'6', "旅游", map[byte]string{'1': "外国旅游部门常驻代表机构", '2': "港澳台地区旅游部门常驻内地（大陆）代表机构", '9': "其他"}},
	{'7', "宗教", map[byte]string{'1': "宗教活动场所", '2': "宗教院校", '9': "其他"}},
	{'8', "工会", map[byte]string{'1': "基层工会", '9': "其他"}},
	{'9', "市场监管（工商）", map[byte]string{'1': "企业", '2': "个体工商户", '3': "农民专业合作社"}},
	{'A', "中央军委改革和编制办公室", map[byte]string{'1': "军队事业单位", '9': "其他"}},
	{'N', "农业", map[byte]string{'1': "组级集体经济组织", '2': "村级集体经济组织", '3': "乡镇级集体经济组织", '9': "其他"}},
	{'Y', "其他", map[byte]string{'1': "其他"}},
}

// known answers "is this pair in the tables" by the values of its characters.
var known = func() (t [len(alphabet)][len(alphabet)]bool) {
	for _, d := range departments {
		for kind := range d.kinds {
			t[values[d.code]][values[kind]] = true
		}
	}
	return t
}()

func departmentName(code byte) string {
	for i := range departments {
		if departments[i].code == code {
			return departments[i].name
		}
	}
	return ""
}

func kindName(department, kind byte) string {
	for i := range departments {
		if departments[i].code == department {
			return departments[i].kinds[kind]
		}
	}
	return ""
}
