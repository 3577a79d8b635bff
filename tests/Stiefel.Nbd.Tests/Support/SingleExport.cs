using Stiefel.Nbd.Devices;

namespace Stiefel.Nbd.Tests.Support;

/// <summary>One export under one name, which can be forgotten.</summary>
internal sealed class SingleExport(NbdExport export, bool isListed = true) : IExportResolver
{
    private volatile bool _isForgotten;

    public SingleExport(string name, IBlockDevice device)
        : this(new NbdExport(name, device))
    {
    }

    public void Forget() => _isForgotten = true;

    public NbdExport? Resolve(string name) => !_isForgotten && name == export.Name ? export : null;

    public IReadOnlyList<string> ListVisible() => isListed ? [export.Name] : [];
}
