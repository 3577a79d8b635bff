namespace Stiefel.Keys;

/// <summary>The kinds of problems with a key's file.</summary>
public enum KeyFileProblem
{
    /// <summary>The file is missing, or cannot be read.</summary>
    Unreadable,

    /// <summary>Others on this machine can read or change the file, so it must not be used.</summary>
    Unsafe,

    /// <summary>The file holds no key.</summary>
    NoKey,
}

/// <summary>A key's file cannot be used; the message is one line and says what to do.</summary>
public sealed class KeyFileException : Exception
{
    /// <inheritdoc cref="Exception"/>
    public KeyFileException(KeyFileProblem problem, string message, Exception? inner = null) : base(message, inner) => Problem = problem;

    /// <inheritdoc cref="Exception"/>
    public KeyFileException()
    {
    }

    /// <inheritdoc cref="Exception"/>
    public KeyFileException(string message) : base(message)
    {
    }

    /// <inheritdoc cref="Exception"/>
    public KeyFileException(string message, Exception inner) : base(message, inner)
    {
    }

    /// <summary>The kind of problem; the exit code depends on it.</summary>
    public KeyFileProblem Problem { get; }
}
