//! From curl through a real nginx into its log, and back: the round trip that the README describes.
//!
//! Needs nginx and curl; installs nothing, and skips, saying so, where they are absent.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const PROGRAM: &str = env!("CARGO_BIN_EXE_traceline");

/// Ends the server whatever happens.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn output(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn is_there(program: &str, argument: &str) -> bool {
    let quiet =
        Command::new(program).arg(argument).stdout(Stdio::null()).stderr(Stdio::null()).status();
    quiet.is_ok_and(|status| status.success())
}

/// A server of one file, whose log has the line that the README shows.
fn serve(folder: &Path, port: u16) -> Server {
    fs::write(folder.join("index.html"), "hello\n").unwrap();
    let config = format!(
        "daemon off; master_process off; pid {0}/pid; error_log {0}/error.log;\n\
         events {{}}\n\
         http {{\n\
           log_format traced '$remote_addr - - [$time_local] \"$request\" $status $body_bytes_sent '\n\
             'rt=$request_time traceparent=\"$http_traceparent\"';\n\
           access_log {0}/access.log traced;\n\
           client_body_temp_path {0}/body; proxy_temp_path {0}/proxy; fastcgi_temp_path {0}/fastcgi;\n\
           uwsgi_temp_path {0}/uwsgi; scgi_temp_path {0}/scgi;\n\
           server {{ listen 127.0.0.1:{port}; root {0}; }}\n\
         }}\n",
        folder.display()
    );
    let path = folder.join("nginx.conf");
    fs::write(&path, config).unwrap();
    let mut nginx = Command::new("nginx");
    nginx.arg("-p").arg(folder).arg("-c").arg(&path).arg("-e").arg(folder.join("error.log"));
    Server(nginx.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
}

#[test]
fn a_minted_trace_is_found_in_the_log_of_nginx() {
    if !is_there("nginx", "-v") || !is_there("curl", "--version") {
        eprintln!("skipped: needs nginx and curl");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    // Workers of a server that root starts are somebody else.
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let _server = serve(folder.path(), port);
    let url = format!("http://127.0.0.1:{port}/index.html");
    let minted = output(Command::new(PROGRAM).arg("mint"));
    let header = format!("traceparent: {}", minted.trim());
    let begun = Instant::now();
    loop {
        let curl = ["-sf", "--noproxy", "*", "-o", "/dev/null", "-H", &header, &url];
        if Command::new("curl").args(curl).status().unwrap().success() {
            break;
        }
        let error = fs::read_to_string(folder.path().join("error.log")).unwrap_or_default();
        assert!(begun.elapsed() < Duration::from_secs(10), "nginx does not answer: {error}");
        std::thread::sleep(Duration::from_millis(50));
    }
    output(Command::new("curl").args(["-sf", "--noproxy", "*", "-o", "/dev/null", &url]));
    let log = folder.path().join("access.log");
    let found =
        output(Command::new(PROGRAM).args(["filter", "--no-config", minted.trim()]).arg(&log));
    assert_eq!(found.lines().count(), 1, "{found}");
    assert!(found.contains(minted.trim()), "{found}");
    let trace_id = &minted[3..35];
    let timeline = ["timeline", "--no-config", trace_id, "--format", "json"];
    let timeline = output(Command::new(PROGRAM).args(timeline).arg(&log));
    let timeline: serde_json::Value = serde_json::from_str(&timeline).unwrap();
    assert_eq!(timeline["trace_id"], trace_id);
    assert_eq!(timeline["record_count"], 1);
    // nginx quotes its caller's span, and knows how long the call took.
    assert_eq!(timeline["spans"][0]["span_id"], &minted[36..52]);
    assert_eq!(timeline["spans"][0]["bounds"], "reported");
}
