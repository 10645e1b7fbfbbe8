package arch

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// where templ notes the file it read, by the folder it was started in.
var notedFile = regexp.MustCompile("FileName: `[^`]*/")

func TestThePagesAreGeneratedFromTheirSources(t *testing.T) {
	t.Parallel()
	copied := t.TempDir()
	sources := map[string]bool{}
	files(t, ".templ", func(path, text string) {
		sources[strings.TrimSuffix(path, ".templ")+"_templ.go"] = true
		to := filepath.Join(copied, path)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	})
	run := exec.CommandContext(t.Context(), "go", "tool", "templ", "generate", "-path", copied)
	run.Dir = root(t)
	if out, err := run.CombinedOutput(); err != nil {
		t.Fatalf("templ generate: %v\n%s", err, out)
	}
	for path := range sources {
		fresh, err := os.ReadFile(filepath.Join(copied, path))
		if err != nil {
			t.Error(err)
			continue
		}
		kept, err := os.ReadFile(filepath.Join(root(t), path))
		if err != nil {
			t.Errorf("%s is missing: run make gen", path)
			continue
		}
		if !bytes.Equal(notedFile.ReplaceAll(fresh, []byte("FileName: `")), notedFile.ReplaceAll(kept, []byte("FileName: `"))) {
			t.Errorf("%s is not what its source makes: run make gen", path)
		}
	}
	files(t, "_templ.go", func(path, _ string) {
		if !sources[path] {
			t.Errorf("%s has lost its source", path)
		}
	})
}
