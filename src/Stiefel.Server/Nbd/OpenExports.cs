using System.Security.Cryptography;
using System.Text;
using Stiefel.Nbd.Devices;
using Stiefel.Nbd.Devices.Snapshots;
using Stiefel.Nbd.Negotiation;
using Stiefel.Server.Grants;

namespace Stiefel.Server.Nbd;

/// <summary>
/// One disk under one name for every client, as with qemu-nbd. The disk is open as long as the server runs; all clients of a snapshot
/// see the same changes for that time.
/// </summary>
public sealed class OpenExports : IExportResolver, IDisposable
{
    private readonly IBlockDevice _disk;
    private readonly bool _keepsWrites;
    private readonly NbdExport _export;
    private readonly byte[] _name;
    private bool _isClosed;

    /// <exception cref="DiskInUseException">Something on this machine uses the disk.</exception>
    /// <exception cref="IOException">The disk cannot be opened.</exception>
    public OpenExports(ServedDisk disk, string name)
    {
        _keepsWrites = disk.KeepsWrites;
        _disk = disk.IsSnapshot ? disk.OpenBase(alsoHoldsBootFiles: false) : disk.Open();
        _name = Encoding.UTF8.GetBytes(name);
        try
        {
            var device = disk.IsSnapshot ? new SnapshotDevice(_disk, disk.MakeOverlay(_disk.Size)) : _disk;
            _export = new NbdExport(name, device) { Description = disk.Description, IsReadOnly = disk.IsReadOnly, Sharing = ExportSharing.ManyConnections };
        }
        catch
        {
            _disk.Dispose();
            throw;
        }
    }

    /// <summary>The one export.</summary>
    public NbdExport Export => _export;

    /// <inheritdoc/>
    public ExportLookup Resolve(string name) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(name), _name) ? ExportLookup.Of(_export) : ExportLookup.Unknown;

    /// <inheritdoc/>
    public IReadOnlyList<string> ListVisible() => [_export.Name];

    /// <summary>Flushes the disk if its writes are kept, and closes it.</summary>
    public void Dispose()
    {
        if (_isClosed)
        {
            return;
        }

        _isClosed = true;
        try
        {
            if (_keepsWrites)
            {
                _export.Device.Flush();
            }
        }
        finally
        {
            _export.Device.Dispose();
            _disk.Dispose();
        }
    }
}
