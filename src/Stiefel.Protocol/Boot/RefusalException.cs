namespace Stiefel.Protocol.Boot;

/// <summary>An authenticated server refused a request. The message is the server's line for the person at the desktop.</summary>
public sealed class RefusalException : Exception
{
    /// <inheritdoc cref="Exception"/>
    public RefusalException(Refusal refusal) : base(refusal?.Message) => Refusal = refusal ?? throw new ArgumentNullException(nameof(refusal));

    /// <inheritdoc cref="Exception"/>
    public RefusalException() : this("")
    {
    }

    /// <inheritdoc cref="Exception"/>
    public RefusalException(string message) : base(message) => Refusal = new Refusal(RefusalCodes.Failed, message);

    /// <inheritdoc cref="Exception"/>
    public RefusalException(string message, Exception inner) : base(message, inner) => Refusal = new Refusal(RefusalCodes.Failed, message);

    /// <summary>Code and message, as the server sent them.</summary>
    public Refusal Refusal { get; }
}
