//! Which cryptography TLS uses: `ring`, chosen once for all clients, for it builds with a C compiler alone.

/// Chooses `ring`; a second call changes nothing.
pub fn choose_provider() {
    // An error says only that a provider was chosen before.
    drop(rustls::crypto::ring::default_provider().install_default());
}
