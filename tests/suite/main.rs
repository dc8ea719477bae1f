mod fit_forecast;
mod fit_logs;
