package report

import (
	"fmt"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// watch goes before the page's own script and keeps what goes wrong.
const watch = `<head><script>
window.problems = [];
window.addEventListener("error", (e) => problems.push("ERROR " + e.message));
for (const level of ["error", "warn"]) console[level] = (text) => problems.push("CONSOLE " + text);
document.addEventListener("securitypolicyviolation", (e) => problems.push("REFUSED " + e.blockedURI));
</script>`

// probe goes after it. It filters, sorts and measures as a reader would see it, and tells
// the page around.
const probe = `<script>
const found = [];
const visible = (table) => Array.from(table.tBodies[0].rows).filter((r) => r.getClientRects().length > 0);
const box = document.getElementById("filter");
if (box) {
  const sets = document.getElementById("sets");
  const filter = (text) => { box.value = text; box.dispatchEvent(new Event("input")); return visible(sets); };
  found.push("filtered=" + filter("FIRST nng").map((r) => r.cells[0].textContent + "/" + r.cells[4].textContent));
  found.push("shown=" + document.getElementById("shown").textContent);
  filter("");
}
for (const table of document.querySelectorAll("table.sorts")) {
  let bad = 0;
  const heads = Array.from(table.tHead.rows[0].cells), rows = visible(table).length;
  heads.forEach((head, i) => ["first", "second"].forEach((click) => {
    head.querySelector("button").click();
    const texts = visible(table).map((r) => r.cells[i].textContent).filter((text) => text !== "");
    const order = (a, b) => head.classList.contains("n") ? Number(a) - Number(b) : a.localeCompare(b, "en", { numeric: true });
    const sign = head.ariaSort === "ascending" ? 1 : head.ariaSort === "descending" ? -1 : NaN;
    if ((click === "first") !== (sign === (head.classList.contains("n") ? -1 : 1))) bad++;
    if (visible(table).length !== rows || heads.some((h) => h !== head && h.ariaSort)) bad++;
    for (let k = 1; k < texts.length; k++) if (!(sign * order(texts[k - 1], texts[k]) <= 0)) bad++;
  }));
  found.push(table.id + "=" + rows + "x" + heads.length + ":" + bad);
}
for (const svg of document.querySelectorAll("svg")) {
  const box = svg.getBoundingClientRect();
  const places = (query) => Array.from(svg.querySelectorAll(query), (e) => e.getBoundingClientRect());
  const outside = (r) => r.left < box.left - 1 || r.right > box.right + 1 || r.top < box.top - 1 || r.bottom > box.bottom + 1;
  const texts = places("text"), marks = places(".mark").filter((r) => r.width > 3);
  const meets = (a, b) => a.left < b.right && b.left < a.right && a.top + 2 < b.bottom && b.top + 2 < a.bottom;
  const overlaps = texts.filter((a, i) => texts.some((b, j) => j > i && meets(a, b)));
  const low = texts.filter((r) => Math.max(r.width, r.height) < 9); // too small to read
  found.push("marks=" + marks.length + " outside=" + [...marks, ...texts].filter(outside).length + " overlaps=" + overlaps.length + " small=" + low.length);
}
found.push("wide=" + (document.documentElement.scrollWidth > window.innerWidth));
parent.postMessage(found.concat(problems).join("; "), "*");
</script></body>`

// TestBrowser opens pages of all kinds of runs in headless Chromium, each in a wide and in
// a narrow frame.
func TestBrowser(t *testing.T) {
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("chromium is not installed")
	}
	dir := t.TempDir()
	var frames strings.Builder
	var want []string
	for _, c := range []struct{ kind, file, text, want string }{
		{"auc", "results.csv", resultsCSV(), "filtered=first/nng-mix; shown=1 of 6 rows; sets=6x15:0; marks=3 outside=0 overlaps=0 small=0; marks=5 outside=0 overlaps=0 small=0; wide=false"},
		{"recall", "recall.csv", recallCSV, "recall-table=3x6:0; marks=5 outside=0 overlaps=0 small=0; wide=false"},
		{"tradeoff", "tradeoff.csv", tradeoffCSV, "tradeoff-table=5x11:0; marks=5 outside=0 overlaps=0 small=0; wide=false"},
	} {
		page := pageOf(t, folder(t, map[string]string{"run.json": runJSON, c.file: c.text}))
		page = strings.Replace(strings.Replace(page, "<head>", watch, 1), "</body>", probe, 1)
		if err := os.WriteFile(filepath.Join(dir, c.kind+".html"), []byte(page), 0o666); err != nil {
			t.Fatal(err)
		}
		for _, width := range []int{1280, 420} {
			fmt.Fprintf(&frames, "<iframe src=\"%s.html\" name=\"%[1]s %[2]d\" width=\"%[2]d\" height=\"900\"></iframe>\n", c.kind, width)
			want = append(want, fmt.Sprintf("%s %d: %s", c.kind, width, c.want))
		}
	}
	outer := `<script>addEventListener("message", (e) => {
		const from = Array.from(document.querySelectorAll("iframe")).find((f) => f.contentWindow === e.source);
		document.body.append(Object.assign(document.createElement("output"), { textContent: from.name + ": " + e.data }));
	});</script>` + frames.String()
	path := filepath.Join(dir, "all.html")
	if err := os.WriteFile(path, []byte(outer), 0o666); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--user-data-dir="+t.TempDir(), "--virtual-time-budget=5000", "--window-size=1400,900", "--dump-dom", "file://"+path)
	dom, err := cmd.Output()
	if err != nil {
		t.Fatalf("chromium: %v", err)
	}
	var got []string
	for _, m := range regexp.MustCompile(`(?s)<output>(.*?)</output>`).FindAllStringSubmatch(string(dom), -1) {
		got = append(got, html.UnescapeString(m[1]))
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
