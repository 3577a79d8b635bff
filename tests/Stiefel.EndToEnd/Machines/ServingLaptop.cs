using Stiefel.Cli.Vm.Disks;
using Stiefel.Cli.Vm.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>A laptop that has left its own system by kexec and serves its disk, for several desktops one after the other.</summary>
public sealed class ServingLaptop(MachineParts parts) : IAsyncLifetime
{
    private Stage? _stage;
    private Laptop? _laptop;

    internal Stage Stage => _stage!;

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
        Disk = await parts.DiskAsync(PayloadInitrd.InitramfsTools);
        _stage = await parts.StageAsync("serving-laptop");
        Image = await Disk.CopyAsync(Path.Combine(_stage.WorkDirectory, "laptop.img"), token);
        await MachineParts.RunAsync(_stage, async () =>
        {
            _laptop = await Laptop.StartAsync(_stage, Disk, Image, KeyFile, token, withShell: true);
            await _laptop.ServeAsync(token);
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

        if (_stage is not null)
        {
            await File.WriteAllTextAsync(Path.Combine(_stage.LogDirectory, "timeline.txt"), _stage.Timeline.ToString());
            _stage.Dispose();
            Directory.Delete(_stage.WorkDirectory, recursive: true);
        }
    }
}
