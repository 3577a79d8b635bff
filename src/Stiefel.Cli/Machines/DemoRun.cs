using System.Text.Json;
using Stiefel.Cli.Configuration;
using Stiefel.Cli.Keys;
using Stiefel.Cli.Ramdisk;
using Stiefel.CommandLine;
using Stiefel.Machines.Disks;
using Stiefel.Machines.Phases;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Qmp;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.Cli.Machines;

/// <summary>One run of the demo: prepares ramdisk and disk, runs the two machines and prints the report.</summary>
internal sealed class DemoRun(DemoOptions options, TextWriter output)
{
    /// <exception cref="FailedException">The desktop did not boot as it should; the last lines of both consoles have been printed.</exception>
    public async Task RunAsync(CancellationToken token)
    {
        // Not /tmp, which may be memory: the disk's copy takes a gigabyte.
        var work = options.WorkDirectory ?? Path.Combine("/var/tmp", $"stiefel-demo-{Environment.ProcessId}");
        CreatePrivate(work);
        var disk = await LaptopDisk.GetAsync(new BuildCache(), options.Payload, BootLayout.InRoot, Say, token);
        using var run = new MachineRun(work, Path.Combine(work, "log"), await RamdiskAsync(work, token)) { Accelerator = options.Accelerator ?? QemuCommandLine.UsualAccelerator };
        run.Timeline.Reached += phase => Say($"{phase.At,7:0.0} s  {phase.Machine,-8} {phase.Name}");
        var key = new KeyDirectory(Path.Combine(work, "keys")).Create("demo");
        var boot = new TwoMachineBoot(run, disk, key);
        Say("the laptop starts its own system; the desktop will boot it from the laptop's disk");
        try
        {
            var desktop = await boot.RunAsync(options.Firmware, token);
            await ReportAsync(run, desktop.Root, null, token);
            output.WriteLine();
            output.WriteLine($"desktop's console:  {desktop.LoginPrompt}");
            output.WriteLine($"desktop's root:     {desktop.Root}");
            output.WriteLine();
            output.WriteLine(run.Timeline.ToString());
        }
        catch (Exception error) when (error is MachineException or QmpException)
        {
            await ReportAsync(run, null, error.Message, token);
            output.WriteLine();
            output.WriteLine(run.DescribeConsoles());
            output.WriteLine(run.Timeline.ToString());
            throw new FailedException($"{error.Message}. The logs are in {run.LogDirectory}", error);
        }

        RemoveUnlessKept(work);
    }

    // Use the defaults rather than this machine's configuration, so that the demo is the same everywhere.
    private async Task<RamdiskParts> RamdiskAsync(string work, CancellationToken token)
    {
        if (options.Artifacts is { } directory)
        {
            return MachineRamdisk.Of(RamdiskImage.Find(directory));
        }

        var request = new RamdiskRequest { Configuration = new StiefelConfiguration(), Output = Path.Combine(work, "ramdisk") };
        return MachineRamdisk.Of(await new RamdiskBuilder(request, new StepLog(output)).BuildAsync(token));
    }

    private async Task ReportAsync(MachineRun run, RootMount? root, string? reason, CancellationToken token)
    {
        if (options.JsonFile is null)
        {
            return;
        }

        var report = new RunReport(
            reason is null ? "ok" : "failed", reason, options.Firmware.ToString().ToLowerInvariant(),
            options.Payload == InitramfsMaker.Dracut ? "dracut" : "initramfs-tools", root?.Device, Math.Round(run.Clock.Seconds, 3), run.Timeline.Phases);
        await File.WriteAllTextAsync(options.JsonFile, JsonSerializer.Serialize(report, RunReportJson.Default.RunReport) + "\n", token);
    }

    private void RemoveUnlessKept(string work)
    {
        if (options.Keep || options.WorkDirectory is not null)
        {
            Say($"images and logs are in {work}");
        }
        else
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static void CreatePrivate(string work)
    {
        if (Directory.Exists(work) && Directory.EnumerateFileSystemEntries(work).Any())
        {
            throw new RefusedException($"{work} is not empty; name a new directory");
        }

        // Readable by its owner only, since it holds a key and a whole disk.
        Directory.CreateDirectory(work, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private void Say(string text)
    {
        lock (output)
        {
            output.WriteLine(text);
            output.Flush();
        }
    }
}
