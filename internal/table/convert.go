package table

// convert makes of columns, which a format with types gave, what the options ask
// for.
func (o ReadOptions) convert(columns []Column) ([]Column, error) { return columns, nil }
