"""The console: the pages by which operators read conversations, step in and run the desk. Server-rendered; what a
script adds (looking again, keeping a draft) can be done without."""
