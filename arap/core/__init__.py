"""What every room stands on: companies, people, permissions, money, dates, periods, audit, jobs."""
