use std::path::Path;

use secrecy::ExposeSecret;

use super::{Config, Environment};

const EXAMPLE: &str = include_str!("../../config/loa.example.toml");

fn parse(text: &str, environment: &[(&str, &str)]) -> Result<Config, String> {
    let pairs = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Config::parse(Path::new("loa.toml"), text, &Environment::from_pairs(pairs))
        .map_err(|error| error.to_string())
}

fn refused(text: &str) -> String {
    parse(text, &[]).expect_err("a fault")
}

#[test]
fn the_example_says_what_holds_without_it() {
    let mut example = parse(EXAMPLE, &[]).expect("the example");
    let url = example.database.url.take().expect("a database");
    assert_eq!(url.expose_secret(), super::secret::USUAL_DATABASE);
    let usual = parse("", &[]).expect("nothing");
    assert_eq!(format!("{example:#?}"), format!("{usual:#?}"));
}

/// The structs refuse unknown keys and name those that they know: so they can be asked for all of them.
#[test]
fn the_example_explains_every_key() {
    let sections = [
        "",
        "database",
        "telegram",
        "telegram.webhook",
        "telegram.limits",
        "zalo_bot",
        "zalo_bot.webhook",
        "zalo_oa",
        "zalo_oa.webhook",
        "email",
        "email.smtp",
        "email.imap",
        "files",
        "calendar",
        "reports",
        "tally",
        "notices",
        "notices.usual",
        "notices.urgent",
        "alarms",
        "log",
    ];
    let mut keys = 0;
    for section in sections {
        let header = if section.is_empty() { String::new() } else { format!("[{section}]\n") };
        let error = refused(&format!("{header}zzzzzzzzzzzzzzzzzzzzzzzz = 1"));
        let (_, known) = error.split_once("chỉ có: ").expect("the keys that are known");
        for key in known.trim_end_matches('.').split(", ") {
            keys += 1;
            let standing = EXAMPLE.lines().map(|line| line.trim_start_matches(['#', ' ']));
            let path = if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") };
            let found = standing.clone().any(|line| line.starts_with(&format!("{key} = ")))
                || standing.clone().any(|line| line == format!("[{path}]") || line == format!("[[{path}]]"));
            assert!(found, "{path} is not in config/loa.example.toml");
        }
    }
    assert!(keys > 20, "only {keys} keys were looked at");
}

#[test]
fn an_unknown_key_is_told_with_its_line_and_the_nearest_one() {
    let error = refused("[telegram]\napi_url = \"http://x\"\n\n[telegram.limits]\nper_secnd = 3\n");
    assert_eq!(
        error,
        "loa.toml, dòng 5, khóa telegram.limits.per_secnd: \
         không có khóa \"per_secnd\"; có phải bạn muốn viết \"per_second\"."
    );
}

#[test]
fn a_wrong_value_is_told_with_what_would_be_right() {
    let error = refused("[telegram.limits]\nper_second = \"nhanh\"\n");
    assert!(error.contains("dòng 2, khóa telegram.limits.per_second"), "{error}");
    assert!(error.contains("một số nguyên không âm"), "{error}");
    let error = refused("[calendar]\nhours = [\n  \"07:30-11:30\",\n  \"17:00-13:30\",\n]\n");
    assert!(error.contains("dòng 2, khóa calendar.hours"), "{error}");
    assert!(error.contains("không phải \"17:00-13:30\""), "{error}");
    let error = refused("[calendar]\nholidays = [\"30/02/2026\"]\n");
    assert!(error.contains("một ngày có thật"), "{error}");
    let error = refused("[reports]\ncase_prefix = \"Mường Lam\"\n");
    assert!(error.contains("chữ in hoa không dấu"), "{error}");
    let error = refused("[log]\nformat = \"xml\"\n");
    assert!(error.contains("text, json"), "{error}");
    let error = refused("[telegram\n");
    assert!(error.contains("dòng 1"), "{error}");
}

#[test]
fn two_categories_of_one_code_are_refused() {
    let one = "[[reports.category]]\ncode = \"khac\"\nlabel = \"Khác\"\nkeywords = []\n";
    let error = refused(&format!("{one}{one}"));
    assert!(error.contains("“khac” bị lặp lại"), "{error}");
}

#[test]
fn a_route_leads_from_a_category_that_is_there_to_a_unit() {
    let route = |rest: &str| format!("[[reports.route]]\n{rest}");
    let error = refused(&route("category = \"sao_bang\"\nunit = \"Tỉnh A\"\n"));
    assert!(error.contains("sao_bang"), "{error}");
    let error = refused(&route("unit = \" / \"\n"));
    assert!(error.contains("Tỉnh A / Phường B"), "{error}");
    let error = refused(&route("category = \"khac\"\n"));
    assert!(error.contains("unit"), "{error}");
    let config =
        parse(&route("area = \"Tỉnh A\"\nunit = \"Tỉnh A / Phường B\"\n"), &[]).expect("a configuration");
    assert_eq!(config.reports.routes.0.len(), 1);
}

#[test]
fn no_error_repeats_a_secret() {
    let url = "[telegram.webhook]\nurl = \"https://bot.vi-du.vn/telegram\"\n";
    for text in [
        "telegram = \"123:hush\"",
        "[telegram]\ntoken = [\"123:hush\"]",
        "[telegram]\ntoken = \"123:hush",
        "[telegram]\ntoken = \"123:hush\"\ntoken_file = \"f\"",
        "[telegram.webhook]\nsecret = [\"123:hush\"]",
        "[email]\npassword = \"123:hush\"\npassword_file = \"f\"",
        "[telegram.webhook]\nsecret = \"123:hush\"\nsecret_file = \"f\"",
    ] {
        assert!(!refused(text).contains("hush"), "{}", refused(text));
    }
    let text = format!("{url}secret = \"123:hush\"\n[telegram]\ntoken = \"123:hush\"");
    let config = parse(&text, &[]).expect("a configuration");
    let refused = config.telegram_push().expect_err("a colon is no letter of a secret").to_string();
    assert!(refused.contains("telegram.webhook.secret") && !refused.contains("hush"), "{refused}");
    assert!(!format!("{config:?}").contains("hush"));
}

#[test]
fn without_a_url_nothing_is_pushed() {
    let config = parse("[telegram]\ntoken = \"123:abc\"", &[]).expect("a configuration");
    assert!(config.telegram_push().expect("no fault").is_none());
}

#[test]
fn an_official_account_needs_its_secrets_and_an_address() {
    let account =
        |more: &str| parse(&format!("[zalo_oa]\napp_id = \"43186\"\n{more}"), &[]).expect("a configuration");
    assert!(parse("", &[]).expect("a configuration").zalo_oa_app().expect("no fault").is_none());
    let fault = account("").zalo_oa_app().expect_err("no secret").to_string();
    assert!(fault.contains("zalo_oa.app_secret"), "{fault}");
    let (id, secret) =
        account("app_secret = \"s3cret\"").zalo_oa_app().expect("no fault").expect("an account");
    assert_eq!((id.as_str(), secret.expose_secret()), ("43186", "s3cret"));
    let webhook = "[zalo_oa.webhook]\nurl = \"https://bot.vi-du.vn/oa\"\n";
    for (more, key) in [("", "zalo_oa.webhook.url"), (webhook, "zalo_oa.webhook.secret")] {
        let fault = account(more).zalo_oa_push().expect_err("a fault").to_string();
        assert!(fault.contains(key), "{fault}");
    }
    let push = account(&format!("{webhook}secret = \"sixteen-letters_\"")).zalo_oa_push().expect("no fault");
    assert_eq!((push.path.as_str(), push.listen.port()), ("/oa", 8083));
    assert!(refused("[zalo_oa]\noauth_url = \"zalo\"").contains("zalo_oa.oauth_url"));
}

#[test]
fn a_secret_that_is_not_given_is_made_of_the_token() {
    let push = |token: &str, more: &str| {
        let text = format!(
            "[telegram]\ntoken = \"{token}\"\n[telegram.webhook]\nurl = \"https://bot.vi-du.vn/a/b\"\n{more}"
        );
        parse(&text, &[]).expect("a configuration").telegram_push().expect("no fault").expect("a webhook")
    };
    let (one, same, other) = (push("123:abc", ""), push("123:abc", ""), push("123:abd", ""));
    assert_eq!(one.secret.expose_secret(), same.secret.expose_secret());
    assert_ne!(one.secret.expose_secret(), other.secret.expose_secret());
    assert_eq!((one.path.as_str(), one.listen.to_string()), ("/a/b", "127.0.0.1:8080".to_owned()));
    let given = push("123:abc", "secret = \"sixteen-letters_\"\nlisten = \"[::1]:99\"");
    assert_eq!(given.secret.expose_secret(), "sixteen-letters_");
    assert_eq!(given.listen.port(), 99);
}

#[test]
fn an_address_to_which_nothing_can_be_pushed_is_refused() {
    for url in [
        "bot.vi-du.vn",
        "http://bot.vi-du.vn/x",
        "https:///x",
        "https://vi-du.vn/?a=1",
        "https://vi-du.vn/#a",
        "https://vi-du.vn?a",
        "https://a:b@vi-du.vn/",
        "https://vi-du.vn/một",
        "https://vi-du.vn/../a",
    ] {
        let error = refused(&format!("[telegram.webhook]\nurl = \"{url}\""));
        assert!(error.contains("dòng 2, khóa telegram.webhook.url"), "{error}");
    }
    // A server of one's own may be on the same machine.
    let local =
        "[telegram]\napi_url = \"http://127.0.0.1:8081\"\n[telegram.webhook]\nurl = \"http://127.0.0.1:1/\"";
    parse(local, &[]).expect("a configuration");
    let error = refused("[telegram.webhook]\nlisten = \"8080\"");
    assert!(error.contains("cần địa chỉ và cổng"), "{error}");
}

#[test]
fn the_environment_stands_above_the_file() {
    let text = "[telegram]\ntoken_file = \"nowhere\"\n[telegram.limits]\nper_second = 3\n";
    let environment = [
        ("LOA_TELEGRAM__TOKEN", "123:abc"),
        ("LOA_TELEGRAM__LIMITS__PER_SECOND", "25"),
        ("LOA_CALENDAR__WORKDAYS", "[\"T2\", \"T7\"]"),
        ("LOA_LOG__LEVEL", "debug"),
        ("LOA_CONFIG", "not a key"),
    ];
    let config = parse(text, &environment).expect("a configuration");
    assert_eq!(config.telegram.limits.per_second, 25);
    assert_eq!(config.calendar.workdays.len(), 2);
    assert_eq!(config.log.level, "debug");
    let token = config.telegram_token().expect("no fault").expect("a token");
    assert_eq!(token.expose_secret(), "123:abc");
    let error = parse("", &[("LOA_TELEGRAM__TOKN", "1")]).expect_err("a fault");
    assert!(error.contains("LOA_TELEGRAM__TOKN") && error.contains("\"token\""), "{error}");
    let error = parse("", &[("LOA_TELEGRAM__LIMITS__PER_SECOND", "nhanh")]).expect_err("a fault");
    assert!(error.contains("một số nguyên"), "{error}");
}

#[test]
fn shares_that_leave_nothing_for_answers_are_refused() {
    let error = refused("[telegram.limits]\nurgent_share = 60\nnotice_share = 40\n");
    assert!(error.contains("dòng 2, khóa telegram.limits.urgent_share"), "{error}");
    let config =
        parse("[telegram.limits]\nnotice_per_second = 5\nurgent_share = 0\n", &[]).expect("a config");
    let limits = config.telegram.limits;
    assert_eq!((limits.notice_per_second, limits.urgent_share, limits.notice_share), (5, 0, 10));
}

#[test]
fn a_program_for_alarms_is_a_list_of_words() {
    let config = parse("[alarms]\nprogram = [\"/usr/sbin/sendmail\", \"a@b.vn\"]\n", &[]).expect("a config");
    assert_eq!(config.alarms.program, ["/usr/sbin/sendmail", "a@b.vn"]);
    assert!(refused("[alarms]\nprogram = \"mail a@b.vn\"\n").contains("alarms.program"));
}

#[test]
fn mails_need_both_servers_and_no_password_goes_far_in_the_clear() {
    let whole = "[email]\naddress = \"bao@vi-du.vn\"\n[email.smtp]\nhost = \"mail.vi-du.vn\"\n";
    let config = parse(&format!("{whole}[email.imap]\nhost = \"mail.vi-du.vn\"\n"), &[]).expect("a config");
    assert!(config.email.require_auth && config.email.imap.folder == "INBOX");
    assert!(refused(whole).contains("khóa email.imap.host"), "{}", refused(whole));
    let plain = |host: &str| format!("[email.imap]\nhost = \"{host}\"\nsecurity = \"plain\"\n");
    parse(&plain("127.0.0.1"), &[]).expect("a server on this machine");
    parse(&plain("localhost"), &[]).expect("a server on this machine");
    let error = refused(&plain("mail.vi-du.vn"));
    assert!(error.contains("dòng 3, khóa email.imap.security"), "{error}");
    for address in ["bao", "bao@vi-du", "a b@vi-du.vn", "a@b@vi-du.vn", "<a@vi-du.vn>"] {
        let error = refused(&format!("[email]\naddress = \"{address}\""));
        assert!(error.contains("dòng 2, khóa email.address"), "{error}");
    }
    assert!(refused("[email]\npublic_url = \"loa.vi-du.vn\"").contains("khóa email.public_url"));
}

#[test]
fn a_token_of_digits_is_still_a_text() {
    let config = parse("", &[("LOA_TELEGRAM__TOKEN", "123")]).expect("a configuration");
    assert_eq!(config.telegram_token().expect("no fault").expect("a token").expose_secret(), "123");
}

#[test]
fn a_secret_in_a_file_loses_its_line_end() {
    let dir = tempfile::tempdir().expect("a directory");
    std::fs::write(dir.path().join("token"), "123:abc\r\n").expect("written");
    let file = dir.path().join("loa.toml");
    std::fs::write(&file, "[telegram]\ntoken_file = \"token\"\n").expect("written");
    let config = Config::load(&file, &Environment::default()).expect("a configuration");
    let token = config.telegram_token().expect("no fault").expect("a token");
    assert_eq!(token.expose_secret(), "123:abc");
    let url = config.database_url().expect("a URL");
    assert_eq!(url.expose_secret(), format!("sqlite:{}/loa.db", dir.path().display()));
    std::fs::remove_file(dir.path().join("token")).expect("removed");
    let error = config.telegram_token().expect_err("a fault").to_string();
    assert!(error.contains("telegram.token_file"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_secret_that_others_can_read_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().expect("a directory");
    let token = dir.path().join("token");
    std::fs::write(&token, "123:abc\n").expect("written");
    let file = dir.path().join("loa.toml");
    std::fs::write(&file, "[telegram]\ntoken_file = \"token\"\n").expect("written");
    let config = Config::load(&file, &Environment::default()).expect("a configuration");
    let mode = |mode| std::fs::set_permissions(&token, std::fs::Permissions::from_mode(mode)).expect("set");
    mode(0o644);
    assert_eq!(config.open_secret_files(), std::slice::from_ref(&token));
    mode(0o600);
    assert!(config.open_secret_files().is_empty());
}

#[test]
fn a_configuration_that_is_not_there_says_how_to_make_one() {
    let error = Config::load(Path::new("nowhere/loa.toml"), &Environment::default()).expect_err("a fault");
    assert!(error.to_string().contains("loa init"), "{error}");
}
