"""What every HTTP answer has in common: headers, problems, logs, the OpenAPI document."""
