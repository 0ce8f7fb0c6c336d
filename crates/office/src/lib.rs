//! The rules of the office: who may do what, and what follows from it. Pure.
