package sheet

// Limits bound what one file may ask of the machine. A zero field means the
// default of [DefaultLimits]; there is no way to ask for no limit.
type Limits struct {
	FileBytes  int64 // size of the file itself
	UnzipBytes int64 // size of everything inside it, unpacked
	UnzipRatio int64 // unpacked size ÷ packed size of one part
	Sheets     int   // sheets in the workbook
	Rows       int   // rows on one sheet
	Columns    int   // columns on one sheet
	CellBytes  int   // bytes of text in one cell
	Merges     int   // merged ranges on one sheet
}

// ratioFloor is the unpacked size from which the ratio counts: small parts of
// honest files compress very well.
const ratioFloor = 32 << 20

// DefaultLimits suit the yearly return of one department: 1,000,000 rows and
// some thirty columns, packed into less than 200 MB.
func DefaultLimits() Limits {
	return Limits{
		FileBytes:  200 << 20,
		UnzipBytes: 2 << 30,
		UnzipRatio: 200,
		Sheets:     255,
		Rows:       maxRows,
		Columns:    2000,
		CellBytes:  128 << 10, // the xlsx format holds 32,767 characters
		Merges:     200_000,
	}
}

// filled returns l with defaults in place of zeros.
func (l Limits) filled() Limits {
	d := DefaultLimits()
	set := func(v *int, def int) {
		if *v <= 0 {
			*v = def
		}
	}
	set64 := func(v *int64, def int64) {
		if *v <= 0 {
			*v = def
		}
	}
	set64(&l.FileBytes, d.FileBytes)
	set64(&l.UnzipBytes, d.UnzipBytes)
	set64(&l.UnzipRatio, d.UnzipRatio)
	set(&l.Sheets, d.Sheets)
	set(&l.Rows, d.Rows)
	set(&l.Columns, d.Columns)
	set(&l.CellBytes, d.CellBytes)
	set(&l.Merges, d.Merges)
	l.Rows = min(l.Rows, maxRows)
	l.Columns = min(l.Columns, maxColumns)
	return l
}
