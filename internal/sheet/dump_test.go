package sheet

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestDump(t *testing.T) {
	p := os.Getenv("DUMP")
	if p == "" {
		t.Skip()
	}
	f, _ := os.Open(p)
	st, _ := f.Stat()
	b, err := Open(context.Background(), p, f, st.Size(), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println(b.Format(), b.Encoding(), b.Sheets())
	for _, s := range b.Sheets() {
		m, _ := b.Merges(context.Background(), s.Index)
		fmt.Println("==", s.Name, s.Hidden, len(m), "merges", m[:min(20, len(m))])
		for r, err := range b.Rows(context.Background(), s.Index) {
			if err != nil {
				t.Fatal(err)
			}
			var o []string
			for i, c := range r.Cells {
				if c.Kind != Blank || c.Merged {
					m := ""
					if c.Merged {
						m = "^"
					}
					o = append(o, fmt.Sprintf("%s%s=%s", ColumnName(i), m, c))
				}
			}
			fmt.Println(r.Number, strings.Join(o, " | "))
		}
	}
}
func TestDumpTables(t *testing.T){
 p:=os.Getenv("DUMP"); if p=="" {t.Skip()}
 f,_:=os.Open(p); st,_:=f.Stat()
 b,err:=Open(context.Background(),p,f,st.Size(),Limits{})
 if err!=nil{t.Fatal(err)}
 for _,s:=range b.Sheets(){
  ts,err:=b.Tables(context.Background(),s.Index); if err!=nil{t.Fatal(err)}
  for _,x:=range ts {
   fmt.Printf("TABLE %d %q unit=%q at %v period=%v headers=%v rows %d-%d data=%d total=%d\n pre=%v\n notes=%v\n",x.Index,x.Title,x.Unit,x.UnitAt,x.Period,x.Headers,x.FirstRow,x.LastRow,x.DataRows,x.TotalRows,x.Preamble,x.Notes)
   for _,c:=range x.Columns { fmt.Printf("   %s %q name=%q unit=%q period=%v\n",ColumnName(c.Index),c.Path,c.Name,c.Unit,c.Period)}
   for r,err:=range b.TableRows(context.Background(),x){ if err!=nil{t.Fatal(err)}; if r.Kind!=Data {fmt.Println("   ",r.Number,r.Kind,rowText(r))} }
  }
 }
}
