"""The whole pipeline as separate processes on real servers: killed, watched over the topics, counted at the sink."""
