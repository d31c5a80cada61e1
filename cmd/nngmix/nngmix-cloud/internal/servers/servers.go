// Package servers starts stores on this machine for tests.
package servers

import (
	"bytes"
	"encoding/base64"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob"
	"github.com/nngmix/nngmix/internal/store"
)

// Server is a store in a process of its own on this machine, which can be killed and
// started again.
type Server struct {
	Name    string // of the scheme
	program string // in the folder that NNGMIX_CLOUD_SERVERS names
	args    func(addr, host, port, dir string) []string
	env     []string // of the server
	// client sets what the driver takes from the environment, and makes the bucket.
	client func(t testing.TB, addr, dir string)

	Dir     string // of its files; those of S3 are in data/bucket below it
	addr    string
	mu      *sync.Mutex // of process
	process *exec.Cmd
}

// addresses are those of servers by scheme: the driver of Azure looks at the
// environment once.
var addresses = map[string]string{}

const account, key = "nngmix", "a2V5IG9mIHRlc3Rz"

// All are those that tests know, S3 first. Versitygw is a whole S3 server over a folder;
// the others are made for tests, Azurite by Microsoft.
var All = []Server{
	{
		Name: "s3", program: "versitygw",
		args: func(addr, _, _, dir string) []string {
			return []string{"--port", addr, "--quiet", "posix", "--sidecar", filepath.Join(dir, "meta"), filepath.Join(dir, "data")}
		},
		env: []string{"ROOT_ACCESS_KEY_ID=" + account, "ROOT_SECRET_ACCESS_KEY=" + key},
		client: func(t testing.TB, addr, dir string) {
			for name, value := range map[string]string{
				"AWS_ACCESS_KEY_ID": account, "AWS_SECRET_ACCESS_KEY": key, "AWS_REGION": "us-east-1", "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "",
				"AWS_ENDPOINT_URL": "http://" + addr, "AWS_EC2_METADATA_DISABLED": "true",
				"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
			} {
				t.Setenv(name, value)
			}
			makeFolder(t, filepath.Join(dir, "data", "bucket"))
		},
	},
	{
		Name: "gs", program: "fake-gcs-server",
		args: func(addr, host, port, dir string) []string {
			return []string{"-scheme", "http", "-host", host, "-port", port, "-public-host", addr, "-external-url", "http://" + addr, "-log-level", "error", "-filesystem-root", filepath.Join(dir, "data")}
		},
		client: func(t testing.TB, addr, dir string) {
			t.Setenv("STORAGE_EMULATOR_HOST", addr)
			makeFolder(t, filepath.Join(dir, "data", "bucket"))
		},
	},
	{
		Name: "azblob", program: "azurite-blob",
		args: func(_, host, port, dir string) []string {
			return []string{"--blobHost", host, "--blobPort", port, "--location", filepath.Join(dir, "data"), "--silent", "--disableTelemetry", "--skipApiVersionCheck"}
		},
		env: []string{"AZURITE_ACCOUNTS=" + account + ":" + base64.StdEncoding.EncodeToString([]byte(key))},
		client: func(t testing.TB, addr, _ string) {
			secret := base64.StdEncoding.EncodeToString([]byte(key))
			for name, value := range map[string]string{
				"AZURE_STORAGE_ACCOUNT": account, "AZURE_STORAGE_KEY": secret, "AZURE_STORAGE_DOMAIN": addr,
				"AZURE_STORAGE_PROTOCOL": "http", "AZURE_STORAGE_IS_LOCAL_EMULATOR": "true",
				"AZURE_STORAGE_CONNECTION_STRING": "", "AZURE_STORAGE_SAS_TOKEN": "",
			} {
				t.Setenv(name, value)
			}
			credential, err := azblob.NewSharedKeyCredential(account, secret)
			if err != nil {
				t.Fatal(err)
			}
			client, err := azblob.NewClientWithSharedKeyCredential("http://"+addr+"/"+account, credential, nil)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := client.CreateContainer(t.Context(), "bucket", nil); err != nil {
				t.Fatal(err)
			}
		},
	},
}

func makeFolder(t testing.TB, path string) {
	t.Helper()
	if err := os.MkdirAll(path, 0o777); err != nil {
		t.Fatal(err)
	}
}

// Run starts a server of its own for the test, or skips that where there is none.
func (s Server) Run(t testing.TB) *Server {
	t.Helper()
	folder := os.Getenv("NNGMIX_CLOUD_SERVERS")
	if folder == "" {
		t.Skip("NNGMIX_CLOUD_SERVERS does not name the folder with " + s.program + ": make cloud-test installs it and sets that")
	}
	s.program = filepath.Join(folder, s.program)
	if _, err := os.Stat(s.program); err != nil {
		t.Fatal(err)
	}
	s.Dir, s.mu = t.TempDir(), new(sync.Mutex)
	makeFolder(t, filepath.Join(s.Dir, "data"))
	makeFolder(t, filepath.Join(s.Dir, "meta"))
	if addresses[s.Name] == "" {
		free, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		addresses[s.Name] = free.Addr().String()
		free.Close()
	}
	s.addr = addresses[s.Name]
	s.Start(t)
	t.Cleanup(s.Kill)
	s.client(t, s.addr, s.Dir)
	return &s
}

// Start starts the process and waits until it takes connections. It may be called in
// any goroutine.
func (s *Server) Start(t testing.TB) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	host, port, _ := net.SplitHostPort(s.addr)
	s.process = exec.Command(s.program, s.args(s.addr, host, port, s.Dir)...)
	s.process.Env = append(os.Environ(), s.env...)
	s.process.Stderr = os.Stderr
	if err := s.process.Start(); err != nil {
		t.Error(err)
		return
	}
	for range 300 {
		if c, err := net.Dial("tcp", s.addr); err == nil {
			c.Close()
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Errorf("%s does not come up", s.program)
}

// Kill ends the process at once, as kill -9 does.
func (s *Server) Kill() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process != nil {
		_ = s.process.Process.Kill()
		_ = s.process.Wait()
		s.process = nil
	}
}

// Settle waits until the server would still have an object after a kill: Azurite
// writes what it knows every some seconds.
func (s *Server) Settle(t testing.TB, key string) {
	t.Helper()
	if filepath.Base(s.program) != "azurite-blob" {
		return
	}
	for range 300 {
		known, err := os.ReadFile(filepath.Join(s.Dir, "data", "__azurite_db_blob__.json"))
		if err == nil && bytes.Contains(known, []byte(`"`+key+`"`)) {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal("Azurite does not write what it knows")
}

// URL returns that of an object.
func (s *Server) URL(key string) store.URL {
	return store.URL{Scheme: s.Name, Bucket: "bucket", Key: key}
}
