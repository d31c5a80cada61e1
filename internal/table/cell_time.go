package table

import (
	"bytes"
	"time"
)

// instant is a date or timestamp as a cell writes it.
type instant struct {
	days   int64 // since 1970-01-01, by the clock of the cell
	nanos  int64 // of the day
	form   form
	offset int // east of UTC, in seconds
}

// form is what all cells of a column of times share.
type form struct {
	separator byte   // 'T' or ' '; 0: a date alone
	point     int    // digits of the fraction, 0 to 9
	zone      string // Z, +hh:mm, +hhmm, +hh or ""
}

// isMoment tells whether cell is a date or a timestamp.
func isMoment(cell []byte) bool {
	_, ok := parseInstant(cell)
	return ok
}

// parseInstant reads a date (2006-01-02), or a timestamp: a date, T or a blank,
// hours, minutes and seconds, with or without a fraction of them and an offset.
func parseInstant(cell []byte) (instant, bool) {
	var t instant
	if len(cell) < 10 || cell[4] != '-' || cell[7] != '-' {
		return t, false
	}
	year, month, day := digits(cell[:4]), digits(cell[5:7]), digits(cell[8:10])
	if year < 0 || month < 1 || month > 12 || day < 1 || day > daysOf(year, month) {
		return t, false
	}
	t.days = daysSince1970(year, month, day)
	if len(cell) == 10 {
		return t, true
	}
	if len(cell) < 19 || cell[10] != 'T' && cell[10] != ' ' || cell[13] != ':' || cell[16] != ':' {
		return t, false
	}
	t.form.separator = cell[10]
	hour, minute, second := digits(cell[11:13]), digits(cell[14:16]), digits(cell[17:19])
	if hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 {
		return t, false
	}
	t.nanos = int64((hour*60+minute)*60+second) * int64(time.Second)
	rest := cell[19:]
	if len(rest) > 1 && rest[0] == '.' {
		end := 1
		for end < len(rest) && rest[end]-'0' < 10 {
			end++
		}
		if end == 1 || end > 10 {
			return t, false
		}
		t.form.point = end - 1
		t.nanos += int64(digits(rest[1:end])) * int64(tens[10-end])
		rest = rest[end:]
	}
	return t, t.parseZone(rest)
}

// parseZone reads Z or an offset of less than a day.
func (t *instant) parseZone(text []byte) bool {
	t.form.zone = string(text)
	if len(text) == 0 || string(text) == "Z" {
		return true
	}
	clock := bytes.Replace(text[1:], []byte(":"), nil, 1)
	if text[0] != '+' && text[0] != '-' || len(clock) != 2 && len(clock) != 4 || len(text) == 6 && text[3] != ':' {
		return false
	}
	hours, minutes := digits(clock[:2]), 0
	if len(clock) == 4 {
		minutes = digits(clock[2:])
	}
	if hours < 0 || hours > 15 || minutes < 0 || minutes > 59 || len(text) == 4 {
		return false
	}
	t.offset = 60 * (60*hours + minutes)
	if text[0] == '-' {
		t.offset = -t.offset
	}
	return t.offset != 0 || text[0] == '+'
}

// digits returns the number that text is, or -1.
func digits(text []byte) int {
	v := 0
	for _, c := range text {
		if c-'0' > 9 {
			return -1
		}
		v = 10*v + int(c-'0')
	}
	return v
}

func daysOf(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// daysSince1970 counts days in the Gregorian calendar, with years that begin in
// March, so that the leap day comes last.
func daysSince1970(year, month, day int) int64 {
	if month < 3 {
		year--
		month += 12
	}
	return int64(365*year + year/4 - year/100 + year/400 + (153*(month-3)+2)/5 + day - 1 - 719468)
}

// temporal returns how a column of the form f counts time.
func (f form) temporal() Temporal {
	if f.separator == 0 {
		return Temporal{Kind: Date, Layout: time.DateOnly}
	}
	t := Temporal{Kind: Timestamp, Unit: time.Second, Layout: "2006-01-02" + string(f.separator) + "15:04:05"}
	if f.point > 0 {
		t.Unit = [...]time.Duration{time.Millisecond, time.Microsecond, time.Nanosecond}[(f.point-1)/3]
		t.Layout += ".000000000"[:f.point+1]
	}
	switch {
	case f.zone == "Z":
		t.Zone = "UTC"
		t.Layout += "Z07:00"
	case len(f.zone) == 3:
		t.Zone = f.zone + ":00"
		t.Layout += "-07"
	case len(f.zone) == 5:
		t.Zone = f.zone[:3] + ":" + f.zone[3:]
		t.Layout += "-0700"
	case f.zone != "":
		t.Zone = f.zone
		t.Layout += "-07:00"
	}
	return t
}

// count returns t in counts of unit since 1970, and whether int64 holds them.
func (t *instant) count(unit time.Duration) (int64, bool) {
	perDay := int64(24 * time.Hour / unit)
	if limit := int64(1<<63-1)/perDay - 2; t.days > limit || t.days < -limit {
		return 0, false
	}
	return t.days*perDay + (t.nanos-int64(t.offset)*int64(time.Second))/int64(unit), true
}
