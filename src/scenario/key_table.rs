//! A table of a scenario file from one list: its struct, its keys with what they mean, its defaults, and how it is read.

/// Writes a struct with a line for each key: `/// What it means.` and `key: Type = DEFAULT;`, after which may stand `example "…"`
/// for a key whose default is to be absent, or `range [low, high]` for one whose plausible values do not follow from the one it has.
///
/// The first line of a key's documentation is its meaning wherever it is explained (`runaway init`, the pages), in lower case and
/// without its full stop; further lines are for `runaway init` and the library's documentation. Defaults are checked by the compiler.
macro_rules! key_table {
    (
        #[doc = $about:literal]
        $(#[$outer:meta])*
        $visibility:vis struct $name:ident {
            $(
                #[doc = $meaning:literal]
                $(#[doc = $more:literal])*
                $(#[serde($($serde:tt)*)])?
                $key:ident: $type:ty = $default:expr $(, example $example:literal)? $(, range [$low:literal, $high:literal])?;
            )+
        }
    ) => {
        #[doc = $about]
        $(#[$outer])*
        $visibility struct $name {
            $(
                #[doc = $meaning]
                $(#[doc = $more])*
                $(#[serde($($serde)*)])?
                pub $key: $type,
            )+
        }

        impl $name {
            /// What the documentation of this table and its keys says.
            pub(in crate::scenario) fn info(name: &'static str) -> super::key_info::TableInfo {
                use super::key_info::{KeyInfo, TableInfo};
                let keys = vec![$(
                    KeyInfo::with_default(stringify!($key), $meaning, &const { let value: $type = $default; value })
                        .with_more(concat!($($more),*))
                        .with_example(None$(.or(Some($example)))?)
                        .with_range(None$(.or(Some([$low, $high])))?)
                ),+];
                TableInfo::new(name, $about, keys)
            }

            /// Reads the table; a key that is not written has its default.
            pub(in crate::scenario) fn read(
                keys: &super::toml_table::TomlTable<'_>,
            ) -> Result<Self, super::diagnostic::Diagnostic> {
                Ok(Self { $($key: keys.take(stringify!($key))?.unwrap_or(const { $default }),)+ })
            }
        }

        impl super::key_number::NumberedTable for $name {
            fn set_number(&mut self, key: &str, number: super::key_number::KeyNumber) -> Option<()> {
                match key {
                    $(stringify!($key) => self.$key = super::toml_table::TomlValue::of_number(number)?,)+
                    _ => return None,
                }
                Some(())
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($key: const { $default },)+ }
            }
        }
    };
}

pub(super) use key_table;
