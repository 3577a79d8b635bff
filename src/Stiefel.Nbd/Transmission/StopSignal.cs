namespace Stiefel.Nbd.Transmission;

/// <summary>Set once, by another thread, to stop a connection after the step that is executing now.</summary>
internal sealed class StopSignal
{
    private volatile bool _isSet;

    public bool IsSet => _isSet;

    public void Set() => _isSet = true;

    /// <summary>Throws <see cref="OperationCanceledException"/> if it is set.</summary>
    public void ThrowIfSet()
    {
        if (_isSet)
        {
            throw new OperationCanceledException("this server ended the connection");
        }
    }
}
