using Stiefel.Machines.Disks;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>The tests that share one, since getting there takes a minute.</summary>
[CollectionDefinition(Name)]
public sealed class OneServingLaptop : ICollectionFixture<ServingLaptop>
{
    internal const string Name = "serving laptop";
}

/// <summary>A laptop that has left its own system by kexec and serves its disk, for several desktops one after the other.</summary>
public sealed class ServingLaptop(MachineParts parts) : IAsyncLifetime
{
    // So that a desktop that has lost its disk fails within a test's patience, whatever way it lost it.
    private const string Settings = "stiefel.Link.DeadConnectionSeconds=120";

    private MachineRun? _run;
    private Laptop? _laptop;

    internal MachineRun MachineRun => _run!;

    internal Laptop Laptop => _laptop!;

    /// <summary>The key that it accepts.</summary>
    internal string KeyFile { get; } = parts.NewKey("stick");

    /// <summary>Its disk.</summary>
    internal DiskImage Image { get; private set; } = null!;

    internal LaptopDisk Disk { get; private set; } = null!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        Disk = await parts.DiskAsync(InitramfsMaker.InitramfsTools);
        _run = await parts.BeginAsync("serving-laptop");
        Image = await Disk.CopyAsync(Path.Combine(_run.WorkDirectory, "laptop.img"), token);
        await MachineParts.RunAsync(_run, async () =>
        {
            _laptop = await Laptop.StartAsync(_run, Disk, new VirtualDisk(Image.Path), KeyFile, token, withShell: true);
            await _laptop.ServeAsync(token, Settings);
            return _laptop;
        });
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_laptop is not null)
        {
            await _laptop.DisposeAsync();
        }

        if (_run is not null)
        {
            await MachineParts.CloseAsync(_run);
        }
    }
}
