//! The mathematics of lending: money, calendars, schedules, allocation, payoff. Pure.
