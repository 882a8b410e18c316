"""What Python concludes from the rows that SQL prepares: pure statistics, frames in and a frame out."""
