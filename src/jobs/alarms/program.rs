//! An outlet that runs a program of the machine, such as `sendmail`. No shell: what an alarm says is never
//! taken for a command.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

use async_trait::async_trait;

use crate::clock::Clock;

use super::Outlet;

/// How long the program may take.
const WITHIN: Duration = Duration::from_secs(30);
/// How often it is looked whether it has ended.
const LOOK: Duration = Duration::from_millis(50);

/// A program with its arguments; the text comes on its standard input, as an e-mail without a recipient.
#[derive(Debug)]
pub struct Program {
    program: String,
    arguments: Vec<String>,
    within: Duration,
}

impl Program {
    /// The words of a command: the program, then its arguments. `None` for no words.
    pub fn new(words: &[String]) -> Option<Self> {
        let (program, arguments) = words.split_first()?;
        Some(Self { program: program.clone(), arguments: arguments.to_vec(), within: WITHIN })
    }
}

#[async_trait]
impl Outlet for Program {
    fn name(&self) -> &'static str {
        "program"
    }

    async fn tell(&self, about: &str, text: &str) -> Result<(), String> {
        let letter = format!(
            "Subject: loa: {about}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\
             Content-Transfer-Encoding: 8bit\n\n{text}\n"
        );
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| error.to_string())?;
        // A pipe holds more than a letter is long: this does not wait for the program.
        let written = child.stdin.take().map(|mut stdin| stdin.write_all(letter.as_bytes()));
        // Real time, also where the clock is moved by hand: a program runs in no other.
        let began = Clock::System.now();
        loop {
            match child.try_wait() {
                Ok(Some(status)) if !status.success() => return Err(format!("it ended with {status}")),
                Ok(Some(_)) => break,
                Ok(None) if Clock::System.now().since(began) > self.within => {
                    let killed = child.kill().and_then(|()| child.wait());
                    return Err(format!("it took longer than {} s ({killed:?})", self.within.as_secs()));
                }
                Ok(None) => Clock::System.sleep(LOOK).await,
                Err(error) => return Err(error.to_string()),
            }
        }
        match written {
            Some(Err(error)) => Err(format!("it did not read the text: {error}")),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(words: &[&str]) -> Program {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        Program::new(&words).expect("a program")
    }

    #[tokio::test]
    async fn the_text_comes_on_standard_input_and_is_no_command() {
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join("letter; $(x)");
        let path = file.to_str().expect("text");
        program(&["/usr/bin/tee", path]).tell("token telegram", "hỏng `rm -rf`").await.expect("told");
        let letter = std::fs::read_to_string(&file).expect("a letter");
        assert!(letter.starts_with("Subject: loa: token telegram\n"), "{letter}");
        assert!(letter.ends_with("\n\nhỏng `rm -rf`\n"), "{letter}");
    }

    #[tokio::test]
    async fn a_program_that_fails_or_hangs_or_is_not_there_is_told_so() {
        assert!(program(&["/usr/bin/false"]).tell("x", "y").await.is_err());
        assert!(program(&["/nowhere/sendmail"]).tell("x", "y").await.is_err());
        let hangs = Program { within: Duration::from_millis(100), ..program(&["/usr/bin/sleep", "60"]) };
        let error = hangs.tell("x", "y").await.expect_err("it hangs");
        assert!(error.contains("longer"), "{error}");
        assert!(Program::new(&[]).is_none());
    }
}
