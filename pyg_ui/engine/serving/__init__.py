"""The engine in this process: the loop, the scheduler, the slots, speculation and the text stream."""
