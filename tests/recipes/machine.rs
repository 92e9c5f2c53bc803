//! A machine as a reader of the pages has one: the examples, the plugin where packages put it, and a
//! shell.
//!
//! Commands run as they stand on a page. Only what is the machine's own differs: its directories lie
//! below the test's, `recipe.env` is edited as its reader does, and programs that need a service
//! elsewhere are stand-ins. `fluent-bit` is the executable under test.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::plugin::plugin;
use crate::recipe::{Recipe, examples};
use crate::run::{Running, Site};

/// The directories of the machine that the pages name.
const DIRECTORIES: [&str; 3] = ["/usr/lib/fluent-bit", "/var/lib", "/etc/nginx/conf.d"];

pub(crate) struct Machine<'a> {
    site: &'a Site,
}

impl<'a> Machine<'a> {
    pub(crate) fn new(site: &'a Site) -> Self {
        let machine = Self { site };
        for dir in DIRECTORIES {
            fs::create_dir_all(machine.path(dir)).expect("a directory");
        }
        let installed = machine.path("/usr/lib/fluent-bit/flb-filter_cloudflare_dns.so");
        fs::copy(plugin(), installed).expect("a copy of the plugin");
        let copied = Command::new("cp").arg("-R").arg(examples()).arg(machine.path("/")).status();
        assert!(copied.expect("cp").success());
        // Whoever starts it has to know its process, not the shell's.
        let program = site.host.path.display();
        let pid = machine.path("/pid");
        let script = format!("echo $$ >'{}'; exec '{program}' \"$@\"\n", pid.display());
        machine.program("fluent-bit", &script);
        machine
    }

    /// Where a path of the pages is.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.site.path(&format!("machine{path}"))
    }

    /// A program of that name, as a shell script.
    pub(crate) fn program(&self, name: &str, script: &str) {
        let file = self.path("/bin").join(name);
        fs::create_dir_all(self.path("/bin")).expect("a directory");
        fs::write(&file, format!("#!/bin/sh\n{script}")).expect("a script");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("an executable");
    }

    /// A text of a page, with the machine's own directories.
    fn here(&self, text: &str) -> String {
        let place =
            |text: String, dir: &str| text.replace(dir, &self.path(dir).display().to_string());
        DIRECTORIES.into_iter().fold(text.to_owned(), place)
    }

    /// Edits a file of the examples.
    pub(crate) fn edit(&self, file: &str, edit: impl Fn(&str) -> String) {
        let path = self.path("/examples").join(file);
        let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        fs::write(&path, edit(&self.here(&text))).expect("a file");
    }

    /// Changes some settings of a recipe.
    pub(crate) fn set(&self, recipe: Recipe, changed: &[(&str, &str)]) {
        self.edit(&format!("{}/recipe.env", recipe.name), |text| {
            let set = |text: String, &(name, value): &(&str, &str)| {
                let lines = text.lines().map(|line| match line.split_once('=') {
                    Some((key, _)) if key == name => format!("{name}={value}\n"),
                    _ => format!("{line}\n"),
                });
                let changed: String = lines.collect();
                assert!(changed.contains(&format!("\n{name}={value}\n")), "no {name}: {text}");
                changed
            };
            changed.iter().fold(text.to_owned(), set)
        });
    }

    /// Commands, in a directory of the examples.
    pub(crate) fn command(&self, dir: &str, commands: &str) -> Command {
        let path = std::env::var("PATH").unwrap_or_default();
        let mut shell = Command::new("sh");
        shell.args(["-eu", "-c", &self.here(commands)]).stdin(Stdio::null());
        shell.env("PATH", format!("{}:{path}", self.path("/bin").display()));
        shell.current_dir(self.path("/examples").join(dir));
        shell
    }

    /// Runs commands to their end.
    pub(crate) fn run(&self, dir: &str, commands: &str) -> Output {
        self.command(dir, commands).output().expect("a shell")
    }

    /// Starts commands that end in a Fluent Bit.
    pub(crate) fn start(&self, dir: &str, commands: &str) -> Running<'a> {
        self.site.spawn(self.site.logged(self.command(dir, commands)))
    }

    /// Ends the Fluent Bit of such commands, and expects both to end well.
    pub(crate) fn stop(&self, run: Running<'_>) {
        assert_eq!(self.signal(libc::SIGTERM), Some(0), "{run}");
        run.ends();
    }

    /// Signals the Fluent Bit that was started last, once.
    fn signal(&self, signal: libc::c_int) -> Option<libc::c_int> {
        let pid: libc::pid_t = fs::read_to_string(self.path("/pid")).ok()?.trim().parse().ok()?;
        fs::remove_file(self.path("/pid")).expect("a file of the test's own");
        // SAFETY: it takes no pointers. The process has not ended before this: its id is its own.
        Some(unsafe { libc::kill(pid, signal) })
    }
}

impl Drop for Machine<'_> {
    /// The shell of a failed test is killed, and its Fluent Bit must not stay.
    fn drop(&mut self) {
        self.signal(libc::SIGKILL);
    }
}

/// The commands on a page: the blocks of code that are for a shell.
pub(crate) fn blocks(page: &Path) -> Vec<String> {
    let text = fs::read_to_string(page).unwrap_or_else(|e| panic!("{}: {e}", page.display()));
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(indent) = line.strip_suffix("```sh") else { continue };
        let block = lines.by_ref().take_while(|line| line.trim() != "```");
        let block = block.map(|line| format!("{}\n", line.strip_prefix(indent).unwrap_or(line)));
        blocks.push(block.collect());
    }
    blocks
}

/// The commands in the head of a file: the lines of its first comment that are set in.
pub(crate) fn head(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let comment = text.lines().take_while(|line| line.starts_with('#'));
    let parts: Vec<_> = comment.map(|line| line.strip_prefix("#   ")).collect();
    let commands = parts.split(Option::is_none).filter(|lines| !lines.is_empty());
    let text =
        |lines: &[Option<&str>]| lines.iter().flatten().map(|line| format!("{line}\n")).collect();
    commands.map(text).collect()
}
