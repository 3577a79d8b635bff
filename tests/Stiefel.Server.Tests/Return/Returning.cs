using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Stiefel.Linux.Firmware;
using Stiefel.Server.Return;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.Return;

/// <summary>A server in its ramdisk, as far as the way home goes: the machine is its own, and what would be done with it is recorded.</summary>
internal sealed class Returning : IAsyncDisposable
{
    private Returning(RunningServer server, RecordedEnd end)
    {
        Server = server;
        End = end;
    }

    public RunningServer Server { get; }

    public RecordedEnd End { get; }

    public ReturnWatch Watch => Server.Services.GetServices<IHostedService>().OfType<ReturnWatch>().Single();

    /// <param name="files">What the laptop has.</param>
    /// <param name="marks">Returns that failed before; null on a machine with a BIOS.</param>
    /// <param name="ownSystemRan">It started the ramdisk.</param>
    /// <param name="more">Settings.</param>
    public static Task<Returning> StartAsync(ServerFiles files, int? marks, bool ownSystemRan, params string[] more) =>
        StartAsync(files, marks, ownSystemRan, RunningServer.Arguments(files), more);

    /// <summary>One that serves anybody.</summary>
    public static Task<Returning> StartOpenAsync(ServerFiles files) => StartAsync(files, marks: 0, ownSystemRan: true,
        ["--Disk:Path", files.Disk, "--Nbd:Access", "open", "--Nbd:ExportName", "x", "--Nbd:Listen", "127.0.0.1:0", "--Admin:Listen", "127.0.0.1:0", "--Keys:Directory", files.Keys], []);

    private static async Task<Returning> StartAsync(ServerFiles files, int? marks, bool ownSystemRan, string[] usual, string[] more)
    {
        var end = new RecordedEnd();
        var left = MarksOf(files, marks);
        var server = await RunningServer.StartAdjustedAsync(
            services => services.RemoveAll<IServerEnd>().AddSingleton<IServerEnd>(end)
                .RemoveAll<ReturnMarks>().AddSingleton(left).RemoveAll<ReturnPermit>().AddSingleton(new ReturnPermit(left, ownSystemRan)),
            [.. usual, "--Return:Manage", "true", .. more]);
        return new Returning(server, end);
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    private static ReturnMarks MarksOf(ServerFiles files, int? marks)
    {
        var firmware = files.Path("efivars");
        var left = new ReturnMarks(new EfiVariables(firmware));
        if (marks is not null)
        {
            Directory.CreateDirectory(firmware);
            File.WriteAllBytes(Path.Combine(firmware, "BootOrder-8be4df61-93ca-11d2-aa0d-00e098032b8c"), [7, 0, 0, 0, 1, 0]);
        }

        for (var i = 0; i < marks; i++)
        {
            left.Add();
        }

        return left;
    }
}
