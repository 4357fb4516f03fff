"""The yardstick: what somebody writes by hand for exactly this task, on fixed tables with ideal indexes."""
