//! The practice platform: a stand-in of the chat platforms over real HTTP on loopback.
