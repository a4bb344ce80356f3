@echo off
rem Builds Enlarger on first use, then runs it with the arguments given. To build again, delete artifacts\enlarger.
setlocal
set "root=%~dp0"
set "built=%root%artifacts\enlarger"
if exist "%built%\stamp" goto run
echo Building Enlarger (first use, about a minute)... 1>&2
if not exist "%built%" mkdir "%built%"
pushd "%root%"
dotnet publish src\Enlarger.Server --configuration Release --use-current-runtime --no-self-contained ^
    -p:PublishReadyToRun=true -p:RunAnalyzers=false --artifacts-path "%built%\work" --output "%built%\program" > "%built%\log" 2>&1
if errorlevel 1 (
    popd
    type "%built%\log" 1>&2
    echo enlarger: the build failed; the reason is above. 1>&2
    exit /b 1
)
popd
echo built> "%built%\stamp"
:run
"%built%\program\Enlarger.Server.exe" %*
exit /b %errorlevel%
