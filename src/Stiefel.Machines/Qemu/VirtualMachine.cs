using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Qmp;
using Stiefel.Machines.Runs;

namespace Stiefel.Machines.Qemu;

/// <summary>
/// A running QEMU with its serial console and its monitor. Disposing it ends the machine at once, like pulling the plug; a
/// last screenshot is stored as `NAME.png` with the logs.
/// </summary>
public sealed class VirtualMachine : IAsyncDisposable
{
    private const string Router = "router";
    private const string Stick = "stick", StickDevice = "stick-device";

    private readonly VirtualMachineOptions _options;
    private readonly Process _process;
    private readonly TextWriter _log;
    private readonly QmpClient _monitor;
    private bool _isDisposed;

    private VirtualMachine(VirtualMachineOptions options, Process process, TextWriter log, QmpClient monitor, SerialConsole console, SerialConsole? secondConsole)
    {
        (_options, _process, _log, _monitor, Console, SecondConsole) = (options, process, log, monitor, console, secondConsole);
    }

    /// <summary>The serial console, from the first byte on.</summary>
    public SerialConsole Console { get; }

    /// <summary>The second serial port, if there is one.</summary>
    public SerialConsole? SecondConsole { get; }

    /// <summary>The machine's name, one word.</summary>
    public string Name => _options.Name;

    /// <summary>Starts the machine.</summary>
    /// <param name="options">The machine's configuration.</param>
    /// <param name="clock">The clock for the console's log.</param>
    /// <param name="onLine">See <see cref="SerialConsole"/>.</param>
    /// <param name="token">Cancels the start.</param>
    /// <exception cref="IOException">QEMU does not start.</exception>
    public static async Task<VirtualMachine> StartAsync(
        VirtualMachineOptions options, RunClock clock, Action<string, bool> onLine, CancellationToken token)
    {
        var firmware = UefiFirmware.PrepareFor(options);
        var logPath = Path.Combine(options.LogDirectory, options.Name + ".qemu.log");
        var log = TextWriter.Synchronized(new StreamWriter(logPath, append: true));
        var arguments = QemuCommandLine.Build(options, firmware);
        await log.WriteLineAsync($"{QemuCommandLine.Program} {string.Join(' ', arguments)}");
        var process = await QemuProcess.StartAsync(arguments, log);
        try
        {
            var monitorSocket = await ConnectAsync(process, QemuCommandLine.MonitorSocket(options), logPath, token);
            var monitor = await QmpClient.StartAsync(monitorSocket, token);
            var console = await OpenAsync(QemuCommandLine.SerialSocket(options), options.Name, onLine);
            var second = options.HasSecondSerial
                ? await OpenAsync(QemuCommandLine.SecondSerialSocket(options), options.Name + ".second", (_, _) => { })
                : null;
            var machine = new VirtualMachine(options, process, log, monitor, console, second);
            if (options.KeptAs is null)
            {
                await machine.GoOnAsync(token);
            }

            return machine;
        }
        catch (QmpException error)
        {
            // QEMU opens its monitor before its disks, so it may exit with an error after we have connected.
            await EndAsync(process, log);
            throw new IOException($"{QemuCommandLine.Program} did not start: {error.Message}; its messages are in {logPath}", error);
        }
        catch
        {
            await EndAsync(process, log);
            throw;
        }

        async Task<SerialConsole> OpenAsync(string path, string name, Action<string, bool> onLine)
        {
            var serial = await ConnectAsync(process, path, logPath, token);
            return new SerialConsole(name, serial, new ConsoleLog(Path.Combine(options.LogDirectory, name + ".console.log"), clock), onLine);
        }
    }

    /// <summary>The machine's configuration.</summary>
    public VirtualMachineOptions Options => _options;

    /// <summary>Stops the machine's processors and its clock.</summary>
    public Task PauseAsync(CancellationToken token) => _monitor.ExecuteAsync("stop", null, token);

    /// <summary>Starts the machine's processors.</summary>
    public Task GoOnAsync(CancellationToken token) => _monitor.ExecuteAsync("cont", null, token);

    /// <summary>Saves the paused machine, with its memory and disks, in its images (QEMU docs/system/images: VM snapshots).</summary>
    /// <exception cref="MachineException">The machine cannot be saved, for example because a writable drive is not a qcow2 image.</exception>
    public async Task KeepAsync(string name, CancellationToken token)
    {
        var answer = await _monitor.ExecuteAsync("human-monitor-command", new JsonObject { ["command-line"] = $"savevm {name}" }, TimeLimits.KeepState, token);
        if (answer.Data.GetString() is { Length: > 0 } complaint)
        {
            throw new MachineException($"{Name}: the machine cannot be saved: {complaint.Trim()}");
        }
    }

    /// <summary>Plugs in a USB stick with a raw image, which the machine can only read; it appears as the next /dev/sdX.</summary>
    public Task PlugStickAsync(string image, CancellationToken token) => PlugStickAsync(image, serial: null, token);

    /// <summary>Plugs in a USB stick with a raw image, which the machine can write if it has a serial number.</summary>
    public async Task PlugStickAsync(string image, string? serial, CancellationToken token)
    {
        await _monitor.ExecuteAsync("blockdev-add", new JsonObject
        {
            ["driver"] = "raw", ["node-name"] = Stick, ["read-only"] = serial is null, ["file"] = new JsonObject { ["driver"] = "file", ["filename"] = image },
        }, token);
        var device = new JsonObject { ["driver"] = "usb-storage", ["id"] = StickDevice, ["bus"] = "usb.0", ["drive"] = Stick };
        if (serial is not null)
        {
            device["serial"] = serial;
            device["removable"] = true;
        }

        await _monitor.ExecuteAsync("device_add", device, token);
    }

    /// <summary>Pulls the stick out, whatever the machine is doing with it.</summary>
    public async Task PullStickAsync(CancellationToken token)
    {
        await UnplugAsync(StickDevice, token);
        await _monitor.ExecuteAsync("blockdev-del", new JsonObject { ["node-name"] = Stick }, token);
    }

    /// <summary>Unplugs the cable, or plugs it in again.</summary>
    /// <param name="connected">True to plug it in.</param>
    /// <param name="token">Cancels the work.</param>
    /// <param name="adapter">QEMU's id of the card.</param>
    public Task SetCableAsync(bool connected, CancellationToken token, string adapter = QemuCommandLine.AdapterId)
        => _monitor.ExecuteAsync("set_link", new JsonObject { ["name"] = adapter, ["up"] = connected }, token);

    /// <summary>
    /// Connects the switch of this machine's cables to a network with a router, which gives addresses by DHCP and leads nowhere. A connection to a port of
    /// the host's loopback reaches the first machine that took an address.
    /// </summary>
    /// <param name="here">The port on the host's loopback.</param>
    /// <param name="there">The port in the machine.</param>
    /// <param name="token">Cancels the work.</param>
    public async Task PlugRouterAsync(int here, int there, CancellationToken token)
    {
        await _monitor.ExecuteAsync("netdev_add", new JsonObject
        {
            ["type"] = "user", ["id"] = Router, ["restrict"] = true, ["hostfwd"] = new JsonArray(new JsonObject { ["str"] = $"tcp:127.0.0.1:{here}-{CableEnd.ForwardedAddress}:{there}" }),
        }, token);
        await _monitor.ExecuteAsync("netdev_add", new JsonObject { ["type"] = "hubport", ["id"] = $"port-{Router}", ["hubid"] = 0, ["netdev"] = Router }, token);
    }

    /// <summary>Unplugs the network adapter; returns when the system has released it.</summary>
    public Task UnplugAdapterAsync(CancellationToken token) => UnplugAsync(QemuCommandLine.AdapterId, token);

    private async Task UnplugAsync(string device, CancellationToken token)
    {
        var deleted = _monitor.NextEventAsync("DEVICE_DELETED", message => message.Member("device") == device, TimeLimits.MonitorCommand, token);
        await _monitor.ExecuteAsync("device_del", new JsonObject { ["id"] = device }, token);
        await deleted;
    }

    /// <summary>Plugs the network adapter in again, with the same address.</summary>
    /// <param name="token">Cancels the work.</param>
    /// <param name="model">QEMU's name of another model; null for the same.</param>
    /// <param name="slot">The slot.</param>
    public Task PlugAdapterAsync(CancellationToken token, string? model = null, string slot = QemuCommandLine.AdapterSlot)
    {
        var cable = _options.Cable ?? throw new InvalidOperationException($"{Name} has no network adapter");
        return _monitor.ExecuteAsync(
            "device_add",
            new JsonObject
            {
                ["driver"] = model ?? cable.Model,
                ["id"] = QemuCommandLine.AdapterId,
                ["bus"] = slot,
                ["netdev"] = QemuCommandLine.AdapterEnd(cable),
                ["mac"] = cable.Mac,
            },
            token);
    }

    /// <summary>Plugs in a card with a cable of its own, in the spare slot.</summary>
    public async Task PlugCableAsync(CableEnd other, CancellationToken token)
    {
        const string Id = "late-cable";
        await _monitor.ExecuteAsync("netdev_add", new JsonObject
        {
            ["type"] = "stream", ["id"] = Id, ["server"] = other.Listens, ["addr"] = new JsonObject { ["type"] = "unix", ["path"] = other.SocketPath },
        }, token);
        await _monitor.ExecuteAsync("device_add", new JsonObject
        {
            ["driver"] = other.Model, ["id"] = "late-adapter", ["bus"] = QemuCommandLine.SpareSlot, ["netdev"] = Id, ["mac"] = other.Mac,
        }, token);
    }

    /// <summary>Saves a screenshot: as PNG if the file's name ends so, otherwise as PPM.</summary>
    public Task ScreenshotAsync(string path, CancellationToken token)
        => _monitor.ExecuteAsync("screendump", new JsonObject { ["filename"] = path, ["format"] = path.EndsWith(".png", StringComparison.Ordinal) ? "png" : "ppm" }, token);

    /// <summary>Presses a key of the keyboard and releases it.</summary>
    /// <param name="key">QEMU's name of it (QKeyCode), as `e` or `ret`.</param>
    /// <param name="token">Cancels the command.</param>
    public Task PressKeyAsync(string key, CancellationToken token)
        => _monitor.ExecuteAsync("send-key", new JsonObject { ["keys"] = new JsonArray(new JsonObject { ["type"] = "qcode", ["data"] = key }) }, token);

    /// <summary>Presses the power key briefly.</summary>
    public Task PressPowerKeyAsync(CancellationToken token) => _monitor.ExecuteAsync("system_powerdown", null, token);

    /// <summary>Waits until the machine has suspended to memory; call it before the machine is told to.</summary>
    public Task SleepsAsync(CancellationToken token) => _monitor.NextEventAsync("SUSPEND", _ => true, TimeLimits.Sleep, token);

    /// <summary>True if the machine is suspended to memory.</summary>
    public async Task<bool> IsAsleepAsync(CancellationToken token) =>
        (await _monitor.ExecuteAsync("query-status", null, token)).Data.GetProperty("status").GetString() == "suspended";

    /// <summary>Wakes a suspended machine.</summary>
    public Task WakeAsync(CancellationToken token) => _monitor.ExecuteAsync("system_wakeup", null, token);

    /// <summary>Presses the reset key.</summary>
    public Task ResetAsync(CancellationToken token) => _monitor.ExecuteAsync("system_reset", null, token);

    /// <summary>Presses the reset key and makes the machine start again, even if it is configured to end on a reset.</summary>
    public async Task StartAnewAsync(CancellationToken token)
    {
        await _monitor.ExecuteAsync("set-action", new JsonObject { ["reboot"] = "reset" }, token);
        await ResetAsync(token);
    }

    /// <summary>Waits until the machine has powered off.</summary>
    /// <exception cref="MachineException">The machine has not powered off in time.</exception>
    public async Task WaitForEndAsync(TimeSpan limit, CancellationToken token)
    {
        var deadline = new Deadline(limit);
        try
        {
            await deadline.WaitAsync(_process.WaitForExitAsync(token), token);
        }
        catch (TimeoutException)
        {
            throw new MachineException($"{Name}: the machine did not power off within {deadline}; the last line was: {Console.Tail.LastOrDefault("(nothing)")}");
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        await KeepScreenAsync();
        await EndAsync(_process, _log);
        await Console.DisposeAsync();
        await (SecondConsole?.DisposeAsync() ?? ValueTask.CompletedTask);
        await _monitor.DisposeAsync();
    }

    private async Task KeepScreenAsync()
    {
        try
        {
            if (!_process.HasExited)
            {
                await ScreenshotAsync(Path.Combine(_options.LogDirectory, Name + ".png"), CancellationToken.None);
            }
        }
        catch (QmpException error)
        {
            await _log.WriteLineAsync($"cannot take a screenshot: {error.Message}");
        }
    }

    private static async Task EndAsync(Process process, TextWriter log)
    {
        if (!process.HasExited)
        {
            process.Kill();
        }

        await process.WaitForExitAsync();
        process.Dispose();
        await log.DisposeAsync();
    }

    private static async Task<Socket> ConnectAsync(Process process, string path, string logPath, CancellationToken token)
    {
        var deadline = new Deadline(TimeLimits.MonitorStart);
        while (true)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), token);
                return socket;
            }
            catch (SocketException) when (!process.HasExited && deadline.Left > TimeSpan.Zero)
            {
                socket.Dispose();
                await Task.Delay(50, token);
            }
            catch (SocketException error)
            {
                socket.Dispose();
                var state = process.HasExited ? $"ended at once with exit code {process.ExitCode}" : $"did not open {path} in time";
                throw new IOException($"{QemuCommandLine.Program} {state}; its messages are in {logPath}", error);
            }
        }
    }
}
