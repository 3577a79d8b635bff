using System.Diagnostics;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Stiefel.Client.Screen;
using Stiefel.Linux.Devices;
using Xunit;

namespace Stiefel.Client.Tests.Screen;

/// <summary>Tests questions with a time limit: a typed line answers the question on the screen and no earlier one.</summary>
public sealed class ConsolePersonTests : IDisposable
{
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_ample = TimeSpan.FromMinutes(1);

    private readonly Keyboard _keyboard = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _keyboard.Dispose();

    [Theory]
    [InlineData("t", true)]
    [InlineData(" T ", true)]
    [InlineData("no", false)]
    [InlineData("", false)]
    public async Task Answers_TypedAtOnce_IsHeard(string typed, bool expected)
    {
        var person = Person(_keyboard.Terminal, () => _keyboard.Type(typed));
        Assert.Equal(expected, await person.AnswersAsync("really?", "t", s_ample, Token));
    }

    [Fact]
    public async Task Answers_TypedForAnEarlierQuestion_IsForgotten()
    {
        var person = Person(_keyboard.Terminal);
        Assert.False(await person.AnswersAsync("this desktop?", "t", s_short, Token));
        _keyboard.Type("t");
        Assert.False(await person.AnswersAsync("that desktop?", "t", s_short, Token));
    }

    [Fact]
    public async Task Answers_NoneInTime_LeavesNoReadBehind()
    {
        Assert.False(await Person(_keyboard.Terminal).AnswersAsync("really?", "t", s_short, Token));
        _keyboard.Type("secret");
        using var next = new FileStream(new SafeFileHandle(_keyboard.Terminal.DangerousGetHandle(), ownsHandle: false), FileAccess.Read, bufferSize: 0);
        var line = new byte[100];
        var length = await Task.Run(() => next.Read(line), Token).WaitAsync(s_ample, Token);
        Assert.Equal("secret\n", Encoding.ASCII.GetString(line, 0, length));
    }

    [Fact]
    public void Line_EndOfInput_IsWaitedOutWithoutSpinning()
    {
        using var end = File.OpenHandle("/dev/null");
        var before = ProcessorTicks();
        var waited = Stopwatch.StartNew();
        Assert.Null(TypedLine.Read(end, TimeSpan.FromSeconds(3), Token));
        Assert.InRange(waited.Elapsed, TimeSpan.FromSeconds(3), s_ample);
        Assert.InRange(ProcessorTicks() - before, 0, 30);
    }

    [Fact]
    public async Task Answers_Cancelled_EndsAtOnce()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var answer = Person(_keyboard.Terminal).AnswersAsync("really?", "t", TimeSpan.FromHours(1), stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer.WaitAsync(s_ample, Token));
    }

    private static ConsolePerson Person(SafeFileHandle terminal, Action? onceAsked = null) =>
        new(new BootScreen(new Listener(onceAsked), canRedraw: false, TimeProvider.System), terminal);

    /// <summary>The processor time used by this thread, in hundredths of a second (proc_pid_stat(5): utime and stime).</summary>
    private static int ProcessorTicks()
    {
        var fields = File.ReadAllText("/proc/thread-self/stat").Split(") ")[^1].Split(' ');
        return int.Parse(fields[11]) + int.Parse(fields[12]);
    }

    /// <summary>Simulates a person who acts as soon as the question appears.</summary>
    private sealed class Listener(Action? onceAsked) : StringWriter
    {
        public override void WriteLine(string? value) => onceAsked?.Invoke();
    }
}
