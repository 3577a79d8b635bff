using Stiefel.Nbd;

namespace Stiefel.Server.Boot;

/// <summary>A desktop's right to the disk. The disk itself is open only while it may be used: see <see cref="DiskGate"/>.</summary>
internal sealed class Grant(GrantRecord record)
{
    public GrantRecord Record { get; } = record;

    /// <summary>The open disk; null while boot files are read for somebody else.</summary>
    public NbdExport? Export { get; set; }
}
