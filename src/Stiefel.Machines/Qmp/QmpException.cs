namespace Stiefel.Machines.Qmp;

/// <summary>QEMU's monitor refused a command, did not answer in time, or is gone.</summary>
public sealed class QmpException : Exception
{
    public QmpException(string message)
        : base(message)
    {
    }
}
