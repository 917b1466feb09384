namespace Yibao.Backing;

/// <summary>A backing service cannot be had or does not do what it should; the message says what to do.</summary>
public sealed class BackingException(string message, Exception? inner = null) : Exception(message, inner);
