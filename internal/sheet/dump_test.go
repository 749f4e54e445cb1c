package sheet
import ("testing";"os";"context";"fmt";"strings")
func TestDump(t *testing.T){
 p:=os.Getenv("DUMP"); if p=="" {t.Skip()}
 f,_:=os.Open(p); st,_:=f.Stat()
 b,err:=Open(context.Background(),p,f,st.Size(),Limits{})
 if err!=nil{t.Fatal(err)}
 fmt.Println(b.Format(),b.Encoding(),b.Sheets())
 for _,s:=range b.Sheets(){
  m,_:=b.Merges(context.Background(),s.Index); fmt.Println("==",s.Name,s.Hidden,len(m),"merges",m[:min(20,len(m))])
  for r,err:=range b.Rows(context.Background(),s.Index){
   if err!=nil{t.Fatal(err)}
   var o []string
   for i,c:=range r.Cells{ if c.Kind!=Blank||c.Merged{ m:=""; if c.Merged{m="^"}; o=append(o,fmt.Sprintf("%s%s=%s",ColumnName(i),m,c)) } }
   fmt.Println(r.Number,strings.Join(o," | "))
  }
 }
}
