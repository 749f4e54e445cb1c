package collect

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"ballast/internal/fault"
	"ballast/internal/observe"
	"ballast/internal/registry"
	"ballast/internal/scope"
	"ballast/internal/sheet"
	"ballast/internal/web"
)

// uploadPage is the form of one hand-in.
type uploadPage struct {
	web.Base
	Department web.Field
	Period     web.Field
	File       web.Field
	Mapping    web.Field
	Failure    string
}

func (*uploadPage) Template() string { return "upload.html" }

func (p *Pages) uploadForm(a *web.Ask, department, when string) (*uploadPage, error) {
	x, err := p.period(when)
	if err != nil {
		return nil, err
	}
	page := &uploadPage{
		Base:       web.Base{Title: "上传数据", Crumbs: []web.Crumb{{Title: "数据归集", Path: link("/collect", "period", x.String())}}},
		Department: p.departmentField(a.Scope(), department), Period: p.periodField(x),
		File: web.Field{Name: "file", Label: "文件", Type: "file", Required: true, Accept: ".xlsx,.xls,.csv",
			Help: "Excel 或 CSV，最大 " + web.Bytes(sheet.DefaultLimits().FileBytes) + "。列的顺序和名称不必与填报表一致。"},
		Mapping: web.Field{Name: "mapping", Label: "列的对应（可不填）", Type: "textarea", Value: a.PostFormValue("mapping"), Max: 4000,
			Help: "系统认不出或认错的列，一行写一个：表头=数据项，例如 入库数=评价税收。右边也可以写“统一社会信用代码”“企业名称”或“不读”。写过一次，本部门以后都按此读。"},
	}
	if len(page.Department.Options) == 0 {
		return nil, fault.New(fault.Denied, "您没有可以报送的部门").WithHint("数据由来源部门报送。")
	}
	return page, nil
}

func (p *Pages) showUpload(a *web.Ask) error {
	v := a.URL.Query()
	page, err := p.uploadForm(a, v.Get("department"), v.Get("period"))
	if err != nil {
		return err
	}
	return a.Show(page)
}

// upload reads the file and leads to its batch. What is wrong with the file or
// the window is said on the form; what is wrong with cells, on the batch.
func (p *Pages) upload(a *web.Ask) error {
	if err := multipart(a); err != nil {
		return err
	}
	defer a.MultipartForm.RemoveAll()
	r, err := p.receive(a)
	if err != nil {
		sentence, err := told(err)
		if err != nil {
			return err
		}
		page, err := p.uploadForm(a, a.PostFormValue("department"), a.PostFormValue("period"))
		if err != nil {
			return err
		}
		page.Failure = sentence
		return a.ShowStatus(http.StatusUnprocessableEntity, page)
	}
	to := fmt.Sprintf("/collect/batches/%d", r.Batch.ID)
	if r.Duplicate {
		return a.Done(to, "这份文件已经报送过，没有重复读取，下面是原来的那一批。")
	}
	return a.Done(to, fmt.Sprintf("已读取 %d 行、%d 个数值。", r.Batch.Rows, r.Batch.Values))
}

func (p *Pages) receive(a *web.Ask) (observe.Receipt, error) {
	when, err := p.period(a.PostFormValue("period"))
	if err != nil {
		return observe.Receipt{}, err
	}
	f, head, err := a.FormFile("file")
	if err != nil {
		return observe.Receipt{}, fault.Wrap(fault.Invalid, err, "没有选择文件")
	}
	defer f.Close()
	mapping, err := p.mapping(a.PostFormValue("mapping"))
	if err != nil {
		return observe.Receipt{}, err
	}
	return p.Observe.Upload(a.Context(), observe.Upload{
		Actor: a.Person.Actor(via), Scope: a.Scope(), Department: a.PostFormValue("department"), Period: when,
		Name: head.Filename, File: f, Size: head.Size, Now: p.Now(), Mapping: mapping,
	})
}

// mapping reads what a person says about columns, one head=item a line. Items are
// written by name, as the pages show them.
func (p *Pages) mapping(text string) (map[string]string, error) {
	targets := map[string]string{"统一社会信用代码": observe.TargetCode, "企业名称": observe.TargetName, "不读": observe.TargetIgnore}
	for i := range p.Pack.Items().All() {
		targets[i.Name] = i.Key
	}
	out := map[string]string{}
	for n, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(strings.ReplaceAll(line, "＝", "="))
		if line == "" {
			continue
		}
		at := strings.LastIndexByte(line, '=')
		if at <= 0 {
			return nil, fault.New(fault.Invalid, "列的对应第 %d 行没有写成“表头=数据项”", n+1)
		}
		head, name := strings.TrimSpace(line[:at]), strings.TrimSpace(line[at+1:])
		target, ok := targets[name]
		if !ok {
			return nil, fault.New(fault.Invalid, "列的对应第 %d 行：没有数据项“%s”", n+1, name).WithHint("数据项的名称见归集进度。")
		}
		out[head] = target
	}
	return out, nil
}

// template answers with the prefilled form of a department.
func (p *Pages) template(a *web.Ask) error {
	v := a.URL.Query()
	when, err := p.period(v.Get("period"))
	if err != nil {
		return err
	}
	dep, ok := p.Pack.City().Department(v.Get("department"))
	if !ok || !a.Scope().Allows(scope.Row{Department: dep.Key}) {
		return fault.New(fault.NotFound, "没有部门“%s”，或不由您报送", v.Get("department"))
	}
	form := observe.Form{Department: dep.Key, Period: when}
	filter := p.expected(when)
	for filter.Limit = 1000; ; filter.Offset += filter.Limit {
		page, err := p.Registry.Enterprises().List(a.Context(), p.DB, a.Scope(), filter)
		if err != nil {
			return err
		}
		form.Firms = append(form.Firms, firms(page.Firms)...)
		if filter.Offset+filter.Limit >= page.Total {
			break
		}
	}
	return a.Download(when.Chinese()+dep.Short+"填报表.xlsx", web.XLSX, func(w io.Writer) error {
		return p.Observe.Read().Template(a.Context(), p.DB, a.Scope(), form, w)
	})
}

func firms(es []registry.Enterprise) []observe.Firm {
	out := make([]observe.Firm, len(es))
	for i, e := range es {
		out[i] = observe.Firm{ID: e.ID, Code: e.Code, Name: e.Name}
	}
	return out
}
