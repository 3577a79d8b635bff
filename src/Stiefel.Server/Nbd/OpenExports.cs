using System.Security.Cryptography;
using System.Text;
using Stiefel.Nbd;
using Stiefel.Server.Boot;

namespace Stiefel.Server.Nbd;

/// <summary>
/// One disk under one name for everybody, as qemu-nbd would. The disk is open as long as the server runs; of a snapshot, all clients
/// see the same changes, for as long.
/// </summary>
public sealed class OpenExports : IExportResolver, IDisposable
{
    private readonly DiskChanges _changes = new();
    private readonly ServedDisk _disk;
    private readonly NbdExport _export;
    private readonly byte[] _name;

    /// <exception cref="DiskInUseException">Something on this machine uses the disk.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public OpenExports(ServedDisk disk, string name)
    {
        _disk = disk;
        _name = Encoding.UTF8.GetBytes(name);
        _export = new NbdExport(name, disk.Open(_changes)) { Description = disk.Description, IsReadOnly = disk.IsReadOnly, Sharing = ExportSharing.ManyConnections };
    }

    public NbdExport? Resolve(string name) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(name), _name) ? _export : null;

    public IReadOnlyList<string> ListVisible() => [_export.Name];

    /// <summary>Makes everything durable that is to last, and closes the disk.</summary>
    public void Dispose()
    {
        try
        {
            if (_disk.KeepsWrites)
            {
                _export.Device.Flush();
            }
        }
        finally
        {
            _export.Device.Dispose();
            _changes.Dispose();
        }
    }
}
