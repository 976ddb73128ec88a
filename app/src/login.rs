//! `/login` 登录: phone number and SMS code.

use crate::{
    api::session::{request_code, sign_in},
    ui::{
        form::{Field, FieldId, FormProblem, TextField},
        patience::within,
        session::{Session, SessionState},
        title::Title,
    },
};
use domain::{Problem, login::RESEND_SECONDS, person::PhoneNumber};
use leptos::{html, prelude::*, task::spawn_local};
use leptos_router::{components::Redirect, hooks::use_query_map};
use std::time::Duration;

/// The page. Whoever is signed in already is sent on.
#[component]
pub fn Login() -> impl IntoView {
    let session = Session::expect();
    let next = Memo::new({
        let query = use_query_map();
        move |_| query.with(|query| query.get("next")).filter(|next| is_own(next)).unwrap_or_else(|| "/".into())
    });
    let is_signed_in = Memo::new(move |_| matches!(session.state(), SessionState::SignedIn(_)));
    view! {
        <Title text="登录" />
        <main class="gate">
            <LoginForm />
        </main>
        {move || is_signed_in.get().then(|| view! { <Redirect path=next.get_untracked() /> })}
    }
}

/// Whether an address leads into this app, and nowhere else.
fn is_own(address: &str) -> bool {
    address.starts_with('/') && !address.starts_with("//") && !address.contains('\\')
}

#[component]
fn LoginForm() -> impl IntoView {
    let session = Session::expect();
    let phone = RwSignal::new(String::new());
    let code = RwSignal::new(String::new());
    let demo_code = RwSignal::new(None::<String>);
    let problems = RwSignal::new(Vec::<Problem>::new());
    let is_busy = RwSignal::new(false);
    let countdown = Countdown::new();
    let code_id = FieldId::unique();
    let code_input = NodeRef::<html::Input>::new();

    let ask = move || {
        if let Err(reason) = PhoneNumber::parse(&phone.get_untracked()) {
            problems.set(vec![reason]);
            return;
        }
        is_busy.set(true);
        problems.set(Vec::new());
        let asked = request_code(phone.get_untracked());
        // The page may be left while the answer is under way.
        spawn_local(async move {
            match within(asked).await {
                Ok(sent) => {
                    countdown.start(sent.retry_after_s);
                    demo_code.set(sent.demo_code);
                    if let Some(input) = code_input.try_get_untracked().flatten() {
                        let _ = input.focus();
                    }
                }
                Err(reason) => {
                    if let Problem::TooMany { retry_after_s } = reason {
                        countdown.start(retry_after_s.min(RESEND_SECONDS));
                    }
                    problems.set(vec![reason]);
                }
            }
            is_busy.set(false);
        });
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if is_busy.get_untracked() {
            return;
        }
        // Enter in the first field asks for the code, as that is what is missing.
        if code.with_untracked(|code| code.trim().is_empty()) && !countdown.is_running_untracked() {
            return ask();
        }
        is_busy.set(true);
        problems.set(Vec::new());
        let asked = sign_in(phone.get_untracked(), code.get_untracked());
        spawn_local(async move {
            match within(asked).await {
                Ok(me) => session.enter(me),
                Err(reason) => problems.set(vec![reason]),
            }
            is_busy.set(false);
        });
    };
    view! {
        <form class="form" on:submit=submit novalidate>
            <h1>"燃安"</h1>
            <p class="muted">"城镇燃气安全隐患排查整治"</p>
            <TextField label="手机号" kind="tel" autocomplete="tel-national" value=phone problems />
            <Field label="验证码" id=code_id.clone() problems>
                <div class="join">
                    <input
                        type="text"
                        class="input join-item"
                        id=code_id.control()
                        aria-describedby=code_id.note()
                        inputmode="numeric"
                        autocomplete="one-time-code"
                        maxlength="6"
                        node_ref=code_input
                        bind:value=code
                    />
                    <button
                        type="button"
                        class="btn join-item"
                        disabled=move || is_busy.get() || countdown.is_running()
                        on:click=move |_| ask()
                    >
                        "获取验证码"
                    </button>
                </div>
            </Field>
            <p class="form-hint" role="status">
                {move || demo_code.get().map(|code| view! { <strong>"演示验证码 " {code}</strong> " " })}
                {move || match countdown.left.get() {
                    0 => String::new(),
                    left => format!("{left} 秒后可重新获取"),
                }}
            </p>
            <FormProblem problems fields=&["手机号", "验证码"] />
            <UnknownUserHint problems />
            <button type="submit" class="btn btn-primary btn-block" disabled=move || is_busy.get()>
                "登录"
            </button>
        </form>
    }
}

/// An unknown number learns whom to ask (Q25).
#[component]
fn UnknownUserHint(problems: RwSignal<Vec<Problem>>) -> impl IntoView {
    view! {
        <Show when=move || problems.with(|problems| problems.contains(&Problem::UnknownUser))>
            <p class="form-hint">"请核对手机号；号码无误时，请联系本级管理员在“人员配置”中添加或更正。"</p>
        </Show>
    }
}

/// Seconds until another code may be asked for.
#[derive(Clone, Copy)]
struct Countdown {
    left: RwSignal<i64>,
}

impl Countdown {
    fn new() -> Self {
        let left = RwSignal::new(0);
        let tick = set_interval_with_handle(
            move || {
                if left.get_untracked() > 0 {
                    left.update(|left| *left -= 1);
                }
            },
            Duration::from_secs(1),
        );
        on_cleanup(move || {
            if let Ok(tick) = tick {
                tick.clear();
            }
        });
        Self { left }
    }

    fn start(self, seconds: i64) {
        self.left.set(seconds.max(0));
    }

    fn is_running(self) -> bool {
        self.left.get() > 0
    }

    fn is_running_untracked(self) -> bool {
        self.left.get_untracked() > 0
    }
}
