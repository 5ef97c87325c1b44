//! A real browser, headless, driven through the WebDriver protocol: for what only a browser can show.
//!
//! It blocks the thread that asks, so the servers that the browser talks to need threads of their own: a test of several
//! threads (`#[tokio::test(flavor = "multi_thread")]`) has them.
//!
//! Invariant: nothing waits by the clock. An element that is not there yet is waited for by the driver, which looks for it again
//! when the page has become another one; a script that waits in the page would be gone with its page.

use std::env;
use std::ffi::OsStr;
use std::fmt;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

/// How long the browser may take for one command. Only what went wrong ever takes that long.
const PATIENCE: Duration = Duration::from_secs(60);
/// The key under which WebDriver names an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// A browser with a profile of its own, which is gone with it.
pub struct Browser {
    session: String,
    port: u16,
    driver: Child,
    // The driver dies of writing to a pipe that nobody holds.
    _output: BufReader<ChildStdout>,
    profile: TempDir,
}

/// A passkey in the virtual authenticator of a browser.
#[derive(Clone, Debug)]
pub struct VirtualPasskey {
    /// The id, base64url.
    pub credential_id: String,
    /// How often it has signed.
    pub sign_count: u64,
    /// The bytes that WebAuthn calls `user.id`, base64url.
    pub user_handle: String,
}

impl Browser {
    /// Starts Chromium, or says on standard error that there is none and answers `None`. In CI (the variable `CI` is set)
    /// there has to be one.
    ///
    /// # Panics
    /// In CI if there is no browser, and everywhere if it is there and does not start.
    #[expect(clippy::expect_used, reason = "a browser that does not start is the end of the test")]
    pub fn start() -> Option<Self> {
        let (Some(chromium), Some(driver)) = (find("chromium"), find("chromedriver")) else {
            let problem = "no browser on this machine: install Debian's packages chromium and chromium-driver";
            assert!(env::var_os("CI").is_none_or(|ci| ci.is_empty()), "{problem}");
            // Written past the test harness, which shows only what a failed test prints.
            writeln!(io::stderr(), "SKIPPED: {problem}").expect("standard error can be written to");
            return None;
        };
        let profile = tempfile::tempdir().expect("a folder for the profile");
        let mut driver = Command::new(driver)
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the driver starts");
        let mut output = BufReader::new(driver.stdout.take().expect("its output is a pipe"));
        let port = port(&mut output).expect("the driver says on which port it listens");
        let mut browser = Self {
            session: String::new(),
            port,
            driver,
            _output: output,
            profile,
        };
        browser.open_session(&chromium);
        Some(browser)
    }

    #[expect(clippy::expect_used, reason = "a browser that does not start is the end of the test")]
    fn open_session(&mut self, chromium: &PathBuf) {
        let mut arguments: Vec<String> = [
            "headless",
            "no-sandbox",
            "disable-gpu",
            "disable-quic",
            "disable-dev-shm-usage",
            "no-first-run",
            "disable-background-networking",
            "disable-component-update",
            "disable-sync",
        ]
        .map(|argument| format!("--{argument}"))
        .to_vec();
        arguments.push(format!("--user-data-dir={}", self.profile.path().display()));
        let capabilities = json!({
            "webauthn:virtualAuthenticators": true,
            "timeouts": {
                "implicit": PATIENCE.as_millis(),
                "pageLoad": PATIENCE.as_millis(),
                "script": PATIENCE.as_millis(),
            },
            "goog:chromeOptions": { "binary": chromium, "args": arguments },
        });
        let answer = self.ask(
            "POST",
            "/session",
            &json!({ "capabilities": { "alwaysMatch": capabilities } }),
        );
        let id = answer["sessionId"].as_str().expect("a session has an id");
        id.clone_into(&mut self.session);
    }

    /// Opens a page, and waits until it is loaded.
    ///
    /// # Panics
    /// If it cannot be loaded.
    pub fn open(&self, url: &str) {
        self.command("POST", "url", &json!({ "url": url }));
    }

    /// Types into the element that a CSS selector finds.
    ///
    /// # Panics
    /// If there is none for a minute, or it cannot be typed into.
    pub fn type_into(&self, selector: &str, text: &str) {
        let element = self.find(selector);
        self.command("POST", &format!("element/{element}/value"), &json!({ "text": text }));
    }

    /// Clicks on the element that a CSS selector finds.
    ///
    /// # Panics
    /// If there is none for a minute, or it is not in sight.
    pub fn click(&self, selector: &str) {
        let element = self.find(selector);
        self.command("POST", &format!("element/{element}/click"), &json!({}));
    }

    /// The visible text of the element that a CSS selector finds.
    ///
    /// # Panics
    /// If there is none for a minute.
    #[expect(clippy::expect_used, reason = "WebDriver answers with a text")]
    pub fn text(&self, selector: &str) -> String {
        let element = self.find(selector);
        let text = self.command("GET", &format!("element/{element}/text"), &Value::Null);
        text.as_str().expect("a text").to_owned()
    }

    /// Waits until a CSS selector finds an element, on this page or on the one that it becomes, and answers its text.
    ///
    /// # Panics
    /// If there is none for a minute.
    #[expect(clippy::expect_used, reason = "WebDriver answers with a text")]
    pub fn wait_for(&self, selector: &str) -> String {
        let element = self.find(selector);
        let text = self.command("GET", &format!("element/{element}/property/textContent"), &Value::Null);
        text.as_str().expect("a text").to_owned()
    }

    /// The result of a script, the body of a function.
    ///
    /// # Panics
    /// If it throws.
    pub fn run(&self, script: &str) -> Value {
        self.command("POST", "execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// Lets pages know from now on that their reader prefers `light` or `dark`.
    ///
    /// # Panics
    /// If the browser does not take it.
    pub fn prefer(&self, scheme: &str) {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        let body = json!({ "cmd": "Emulation.setEmulatedMedia", "params": { "features": features } });
        self.command("POST", "goog/cdp/execute", &body);
    }

    /// Makes the window so wide and high, in pixels; narrower than a window can be, too.
    ///
    /// # Panics
    /// If the browser does not take it.
    pub fn resize(&self, width: u32, height: u32) {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        let body = json!({ "cmd": "Emulation.setDeviceMetricsOverride", "params": metrics });
        self.command("POST", "goog/cdp/execute", &body);
    }

    /// A picture of the page, PNG in base64.
    ///
    /// # Panics
    /// If the browser makes none.
    #[expect(clippy::expect_used, reason = "WebDriver answers with a text")]
    pub fn screenshot(&self) -> String {
        let picture = self.command("GET", "screenshot", &Value::Null);
        picture.as_str().expect("a picture").to_owned()
    }

    /// Puts an authenticator into the browser that is part of the device, keeps passkeys, and whose user is there and
    /// verified. Its id.
    ///
    /// # Panics
    /// If the browser has none.
    #[expect(clippy::expect_used, reason = "WebDriver answers with the id")]
    pub fn add_authenticator(&self) -> String {
        let options = json!({
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": true,
            "hasUserVerification": true,
            "isUserConsenting": true,
            "isUserVerified": true,
        });
        let id = self.command("POST", "webauthn/authenticator", &options);
        id.as_str().expect("an id").to_owned()
    }

    /// Whether the user passes the verification of an authenticator from now on.
    ///
    /// # Panics
    /// If there is no such authenticator.
    pub fn verify_user(&self, authenticator: &str, is_verified: bool) {
        let path = format!("webauthn/authenticator/{authenticator}/uv");
        self.command("POST", &path, &json!({ "isUserVerified": is_verified }));
    }

    /// The passkeys in an authenticator.
    ///
    /// # Panics
    /// If there is no such authenticator.
    #[expect(clippy::expect_used, reason = "WebDriver describes its passkeys")]
    pub fn passkeys(&self, authenticator: &str) -> Vec<VirtualPasskey> {
        let path = format!("webauthn/authenticator/{authenticator}/credentials");
        let passkeys = self.command("GET", &path, &Value::Null);
        let text = |passkey: &Value, field: &str| passkey[field].as_str().expect("a text").to_owned();
        let all = passkeys.as_array().expect("a list").iter();
        all.map(|passkey| VirtualPasskey {
            credential_id: text(passkey, "credentialId"),
            sign_count: passkey["signCount"].as_u64().expect("a number"),
            user_handle: text(passkey, "userHandle"),
        })
        .collect()
    }

    /// The first element that a CSS selector finds, now or as soon as there is one.
    #[expect(clippy::expect_used, reason = "WebDriver answers with the id")]
    fn find(&self, selector: &str) -> String {
        let body = json!({ "using": "css selector", "value": selector });
        let element = self.command("POST", "element", &body);
        element[ELEMENT].as_str().expect("an element").to_owned()
    }

    fn command(&self, method: &str, path: &str, body: &Value) -> Value {
        self.ask(method, &format!("/session/{}/{path}", self.session), body)
    }

    /// The `value` of the answer to a command.
    fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        let answer = exchange(self.port, method, path, body);
        let (status, mut answer) = answer.unwrap_or_else(|error| panic!("{method} {path}: no answer: {error}"));
        let value = answer["value"].take();
        assert_eq!(status, 200, "{method} {path} {body}: {}", value["message"]);
        value
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !self.session.is_empty() {
            // Ends the processes of the browser. If the driver is gone, there is nobody left to be told.
            let _gone = exchange(self.port, "DELETE", &format!("/session/{}", self.session), &Value::Null);
        }
        let _ended = self.driver.kill().and_then(|()| self.driver.wait());
    }
}

impl fmt::Debug for Browser {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Browser")
            .field("session", &self.session)
            .finish_non_exhaustive()
    }
}

/// A program by its name, where a shell would find it.
fn find(program: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    let mut files = env::split_paths(OsStr::new(&folders)).map(|folder| folder.join(program));
    files.find(|file| file.is_file())
}

/// `ChromeDriver was started successfully on port 40123.`
fn port(output: &mut impl BufRead) -> Option<u16> {
    output.lines().map_while(Result::ok).find_map(|line| {
        let (_, port) = line.split_once("started successfully on port ")?;
        port.trim_end_matches('.').parse().ok()
    })
}

/// One request of WebDriver: status and JSON. The protocol is small enough for a few lines of HTTP/1.1.
fn exchange(port: u16, method: &str, path: &str, body: &Value) -> io::Result<(u16, Value)> {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    // A little longer than the browser itself, so that its own words are heard.
    stream.set_read_timeout(Some(PATIENCE * 2))?;
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    write!(
        &stream,
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut reader = BufReader::new(&stream);
    let unreadable = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    let (mut status, mut length) = (None, None);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        match (status, line.split_once(':')) {
            (None, _) => status = line.split(' ').nth(1).and_then(|status| status.parse().ok()),
            (_, Some((name, value))) if name.eq_ignore_ascii_case("content-length") => {
                length = value.trim().parse().ok();
            }
            _ => {}
        }
    }
    let status = status.ok_or_else(|| unreadable("no status"))?;
    let mut answer = vec![0; length.ok_or_else(|| unreadable("no length"))?];
    reader.read_exact(&mut answer)?;
    Ok((status, serde_json::from_slice(&answer)?))
}
