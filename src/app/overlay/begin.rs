//! What the first screen offers: look at the demo, connect to a registry, open a file. The program then begins anew with it;
//! how, is the command line's.

use tui_input::Input;

use super::{Overlay, field};
use crate::{
    app::{
        Model,
        msg::{Effect, Effects},
        navigate,
        update::say,
    },
    command::{Code, Key},
    domain::servers::Servers,
};

/// What the program begins anew with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Instead {
    /// The demo.
    Demo,
    /// This registry.
    Registry(Servers),
    /// This configuration file.
    File(String),
}

/// What is asked for before it can begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// `host:port`, or several with commas.
    Registry,
    /// A file's path.
    File,
}

/// A key of the first screen.
pub fn press(model: &mut Model, key: char) -> Effects {
    let asks = match key {
        'd' => return instead(model, Instead::Demo),
        'c' => Asks::Registry,
        _ => Asks::File,
    };
    model.overlays.push(Overlay::Begin { asks, field: Input::default() });
    Effects::new()
}

/// A key while an address or a path is typed.
pub fn key(model: &mut Model, key: Key) -> Effects {
    match key.code {
        Code::Esc => {
            model.overlays.pop();
        }
        Code::Enter => return enter(model),
        _ => {
            if let Some(Overlay::Begin { field, .. }) = model.overlays.last_mut() {
                field::edit(field, key);
            }
        }
    }
    Effects::new()
}

fn enter(model: &mut Model) -> Effects {
    let Some(Overlay::Begin { asks, field }) = model.overlays.last() else { return Effects::new() };
    let (asks, typed) = (*asks, field.value().trim().to_owned());
    if typed.is_empty() {
        return Effects::new();
    }
    match (asks, typed.parse::<Servers>()) {
        // It is read before this program ends for it: whoever mistypes a path stays here.
        (Asks::File, _) => vec![Effect::TryFile(typed)],
        (Asks::Registry, Ok(servers)) => instead(model, Instead::Registry(servers)),
        (Asks::Registry, Err(why)) => {
            say(model, why.to_string(), true);
            Effects::new()
        }
    }
}

/// The file that was typed can be read, or why not.
pub fn tried(model: &mut Model, path: String, read: Result<(), String>) -> Effects {
    match read {
        Ok(()) => instead(model, Instead::File(path)),
        Err(why) => {
            say(model, why, true);
            Effects::new()
        }
    }
}

fn instead(model: &mut Model, with: Instead) -> Effects {
    model.instead = Some(with);
    navigate::quit(model)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::scene::Scene;

    #[test]
    fn a_path_that_leads_to_no_configuration_says_so_and_can_be_typed_anew() {
        let mut scene = Scene::shop();
        press(&mut scene.model, 'f');
        scene.press("shop.yml");
        let asked = enter(&mut scene.model);
        assert!(matches!(&asked[..], [Effect::TryFile(path)] if path == "shop.yml"));
        let ended = tried(&mut scene.model, "shop.yml".into(), Err("there is no such file".into()));
        assert!(ended.is_empty() && scene.model.instead.is_none());
        assert!(
            matches!(scene.model.overlays.last(), Some(Overlay::Begin { field, .. }) if field.value() == "shop.yml")
        );
        assert!(scene.screen(100, 30).contains("there is no such file"));
        let ended = tried(&mut scene.model, "shop.yaml".into(), Ok(()));
        assert!(matches!(&ended[..], [Effect::Quit]));
        assert_eq!(scene.model.instead, Some(Instead::File("shop.yaml".into())));
    }
}
