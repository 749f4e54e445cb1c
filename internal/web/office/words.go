package office

import "strings"

// verbWords is what the journal's verbs are called on the page. A verb that is
// not here is shown as it is: a new one is never hidden.
var verbWords = map[string]string{
	"access.sign_in": "登录", "access.sign_out": "退出", "access.sign_in_failed": "登录失败", "access.code_asked": "要求动态验证码",
	"access.address_limited": "限制地址", "access.denied": "越权被拒", "access.seen": "会话续期", "access.sweep": "清理过期会话",
	"access.create_user": "建立账号", "access.disable_user": "停用账号", "access.enable_user": "启用账号", "access.unlock_user": "解锁账号",
	"access.grant_role": "授权", "access.kill_session": "终止会话", "access.reset_password": "重置口令", "access.reset_totp": "重置动态验证码",
	"access.change_password": "修改口令", "access.enrol_totp": "申请动态验证码", "access.confirm_totp": "启用动态验证码",
	"access.create_administrators": "建立三员", "access.first_run_token": "生成安装口令",
	"registry.register": "登记企业", "registry.change": "变更登记", "registry.year": "登记年度规模", "registry.link": "登记链、园区、标签",
	"registry.land": "登记用地", "registry.meter": "登记户号", "registry.group": "登记集团", "registry.merge": "合并重复企业",
	"registry.unmerge": "撤销合并", "registry.decide": "裁定匹配",
	"observe.upload": "上传数据", "observe.submit": "提交数据", "observe.approve": "审核数据", "observe.return": "退回数据", "observe.undo": "撤销数据",
	"observe.import": "导入数据", "observe.confirm": "确认数据", "observe.object": "提出数据异议", "observe.window": "开关上传窗口",
	"evaluate.open": "新建评价轮次", "evaluate.freeze": "冻结数据", "evaluate.thaw": "退回补数据", "evaluate.compute": "计算", "evaluate.reconcile": "核对通过",
	"evaluate.publish": "公示", "evaluate.finalise": "定稿", "evaluate.adjust": "手动调档", "office.export": "导出",
}

// nounWords is what the journal's subjects are called.
var nounWords = map[string]string{
	"round": "轮次", "run": "计算", "enterprise": "企业", "user": "账号", "session": "会话", "batch": "批次", "list": "名单",
	"permission": "权限", "installation": "安装", "login": "登录名", "address": "地址",
}

// verbWord returns the Chinese of a verb, the verb itself when there is none.
func verbWord(verb string) string {
	if w, ok := verbWords[verb]; ok {
		return w
	}
	return verb
}

// subject writes "round:7" as 轮次 7.
func subject(s string) string {
	noun, id, ok := strings.Cut(s, ":")
	if w, known := nounWords[noun]; ok && known {
		return w + " " + id
	}
	return s
}
