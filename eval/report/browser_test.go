package report

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// probe runs in the browser after the page's own script: it filters, sorts and measures
// the figures as a reader would see them, and leaves what it finds in the title.
const probe = `<script>
const found = [];
const visible = () => Array.from(document.querySelectorAll("#sets tbody tr")).filter((r) => r.getClientRects().length > 0);
found.push("rows=" + visible().length);
const box = document.getElementById("filter");
box.value = "FIRST nng";
box.dispatchEvent(new Event("input"));
found.push("filtered=" + visible().map((r) => r.cells[0].textContent + "/" + r.cells[4].textContent).join("+"));
found.push("shown=" + document.getElementById("shown").textContent);
box.value = "first";
box.dispatchEvent(new Event("input"));
const heads = document.querySelectorAll("#sets thead th");
const click = (i) => { heads[i].querySelector("button").click(); return visible().map((r) => r.cells[i].textContent).join("+"); };
found.push("down=" + click(7), "up=" + click(7), "words=" + click(4), "gain=" + click(9), "sort=" + heads[9].ariaSort + heads[7].ariaSort);
for (const svg of document.querySelectorAll("svg")) {
  const marks = Array.from(svg.querySelectorAll(".mark")).filter((m) => m.getBoundingClientRect().width > 3);
  const outside = marks.filter((m) => { const r = m.getBoundingClientRect(), s = svg.getBoundingClientRect(); return r.left < s.left || r.right > s.right || r.top < s.top || r.bottom > s.bottom; });
  found.push("marks=" + marks.length + "/" + outside.length);
}
found.push("wide=" + (document.documentElement.scrollWidth > window.innerWidth));
document.title = "FOUND " + found.concat(window.problems).join("; ");
</script></body>`

// TestBrowser opens the page in headless Chromium, on a wide and on a narrow screen.
func TestBrowser(t *testing.T) {
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("chromium is not installed")
	}
	page := pageOf(t, wholeRun(t))
	page = strings.Replace(page, "<head>", `<head><script>window.problems = []; window.addEventListener("error", (e) => window.problems.push("ERROR " + e.message));
		document.addEventListener("securitypolicyviolation", (e) => window.problems.push("REFUSED " + e.blockedURI));</script>`, 1)
	page = strings.Replace(page, "</body>", probe, 1)
	path := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(path, []byte(page), 0o666); err != nil {
		t.Fatal(err)
	}
	want := "FOUND rows=6; filtered=first/nng-mix; shown=1 of 6 rows; down=0.812+0.688+0.562; up=0.562+0.688+0.812; " +
		"words=nng-mix+none+oversample; gain=+0.250++0.125+; sort=descendingnull; marks=3/0; marks=5/0; marks=2/0; marks=5/0; wide=false<"
	for _, size := range []string{"1280,900", "500,900"} {
		t.Run(size, func(t *testing.T) {
			cmd := exec.Command(chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
				"--disable-component-update", "--disable-sync", "--user-data-dir="+t.TempDir(), "--window-size="+size, "--dump-dom", "file://"+path)
			dom, err := cmd.Output()
			if err != nil {
				t.Fatalf("chromium: %v", err)
			}
			if !strings.Contains(string(dom), want) {
				_, title, _ := strings.Cut(string(dom), "<title>")
				t.Errorf("got  %.400s\nwant %s", title, want)
			}
		})
	}
}
